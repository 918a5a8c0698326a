"""Evidence: what a complaint rests on, as a link or a file."""
