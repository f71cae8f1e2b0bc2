"""OneRoster 1.2, CSV binding in bulk mode: a zip of tables in and out (docs/oneroster.md)."""
