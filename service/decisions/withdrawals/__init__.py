"""Withdrawals: a complainant takes a complaint back; what was decided is looked at by a person."""
