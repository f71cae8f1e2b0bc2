"""Unlocks, recalls and identity pages: their steps, and how they follow what happens to the records."""
