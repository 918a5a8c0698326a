"""The ledger: an append-only log of decisions, and each seller's standing folded from it.

Nothing the detector says ever enters it; only persons' verdicts, and appeals against them, do.
"""
