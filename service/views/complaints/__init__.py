"""Complaints, as people see them: with evidence, answer, verdict, appeal and withdrawal."""
