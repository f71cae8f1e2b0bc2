"""Orchestration only: one file per workflow; state machines are pure functions in domain/."""
