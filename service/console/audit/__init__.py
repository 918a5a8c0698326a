"""The record of decisions as a page, and as CSV."""
