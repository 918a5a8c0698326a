"""Credits, volumes, notices and pardons: ledger events beside verdicts."""
