"""Registers workflows and activities; nothing else."""
