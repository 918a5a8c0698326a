"""Complaints: filed once, under their own id, and never changed."""
