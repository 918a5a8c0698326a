"""A policy as data: its values, and its readers from TOML, which name file, line and field."""
