"""Sellers, as a moderator sees them: assessment, standing, open case, ledger, history."""
