"""The audit chain: every decision - who, when, why, before, after - sealed to the one before."""
