"""The rules of digital school report books: pure Python, standard library only."""
