"""Answers: the notice of a complaint to its seller, and what the seller says to it."""
