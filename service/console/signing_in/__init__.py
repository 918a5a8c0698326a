"""Signing in, signing out, and the sessions one has."""
