"""What feeds, judges and publishes a fit: readers, importers, simulator, back-test, Spark."""

from suspicious_seller_detector import need_packages

need_packages("detector", "models")
