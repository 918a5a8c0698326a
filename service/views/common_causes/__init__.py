"""What moves many sellers alike, and the cases that are no more than part of it."""
