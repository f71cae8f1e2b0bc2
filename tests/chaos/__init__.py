"""Faults while a simulated school works, and what must hold afterwards: `make chaos`."""
