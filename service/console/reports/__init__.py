"""Notices by people without an account whose seller nobody has named yet."""
