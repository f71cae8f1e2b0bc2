"""The workbook of one slot: written ready to fill in, and read back."""
