"""Backups of a state folder, and their way back (docs/decisions/0015-backup-and-rebuild.md)."""
