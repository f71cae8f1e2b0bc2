"""Handovers: who hands which work to whom from when (docs/decisions/0012-people-move.md)."""
