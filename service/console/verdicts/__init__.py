"""A verdict as pages: the form beside the facts, what it would do, and what it did."""
