"""Reports as workbooks: pure writing, the same content gives the same bytes."""
