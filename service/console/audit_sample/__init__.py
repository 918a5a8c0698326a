"""The page of the audit sample."""
