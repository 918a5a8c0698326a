"""A case as a page: why it is here, and what can be done with it."""
