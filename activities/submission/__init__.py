"""Packets of records: packed and signed by schools, sent, and taken in by our own store."""
