"""Decisions, as people see them: what waits, and what became of each."""
