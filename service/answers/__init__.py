"""Answers: what a seller is told of a complaint before it is decided, and what they say to it."""
