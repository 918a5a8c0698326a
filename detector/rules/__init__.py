"""The deduction rules: a policy is data, the engine is a pure fold over an append-only log."""
