"""Scoring: what the machine says about sellers. It orders attention and takes no points."""
