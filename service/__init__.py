"""The HTTP service, its store, the queue, the ledger and the command line."""

from suspicious_seller_detector import need_packages

need_packages("detector", "models", "training")
