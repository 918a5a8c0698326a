"""What feeds, judges and publishes a fit: readers, importers, simulator, back-test, Spark."""
