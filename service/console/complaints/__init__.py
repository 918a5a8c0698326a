"""One complaint, with all that is known of it."""
