"""What an id is the id of."""
