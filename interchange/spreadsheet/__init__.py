"""Spreadsheet files from anybody, opened within limits."""
