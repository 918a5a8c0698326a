"""Transactions, the schema over time and kinds of columns."""
