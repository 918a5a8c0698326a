"""How a receiver knows that an event is ours and fresh."""

from __future__ import annotations

import hmac
from hashlib import sha256


def signature_of(secret: str, body: bytes, *, at_seconds: int) -> str:
    """``t=<unix seconds>,v1=<hex>``: HMAC-SHA256 of ``<t>.<body>`` under the webhook's secret.

    The receiver computes the same, compares in constant time and refuses an old `t`.
    """
    signed = f"{at_seconds}.".encode() + body
    return f"t={at_seconds},v1={hmac.new(secret.encode(), signed, sha256).hexdigest()}"


def is_signed(secret: str, body: bytes, signature: str, *, now_seconds: int, age_max: int) -> bool:
    """Whether a signature fits and is no older than `age_max` seconds: the receiver's half."""
    try:
        fields = dict(part.split("=", 1) for part in signature.split(","))
        at_seconds = int(fields["t"])
    except (ValueError, KeyError):
        return False
    expected = signature_of(secret, body, at_seconds=at_seconds)
    return abs(now_seconds - at_seconds) <= age_max and hmac.compare_digest(expected, signature)
