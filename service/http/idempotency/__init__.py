"""Idempotency keys: a request sent again is answered again and done once."""
