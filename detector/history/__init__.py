"""What was known of a market at an instant."""
