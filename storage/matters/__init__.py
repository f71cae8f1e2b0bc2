"""Matters: their steps, whom they wait for, whom they told (docs/decisions/0012-people-move.md)."""
