"""The HTTP service, its store, the queue, the ledger and the command line."""
