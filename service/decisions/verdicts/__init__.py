"""Verdicts: a person decides about a complaint, once, on evidence."""
