"""What waits for people, counted: a console's first page."""
