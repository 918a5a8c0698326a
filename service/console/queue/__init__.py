"""The queue as a page."""
