"""Erasure: what buyers gave is removed, on request or in time; what was decided stays."""
