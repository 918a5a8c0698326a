"""Evidence to look at: veiled until a person asks for it, one piece at a time."""
