"""What a seller's complaints are made of, and whether that has changed at the same volume."""
