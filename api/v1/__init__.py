"""The JSON interface, version 1: every decision, and the reads it needs."""
