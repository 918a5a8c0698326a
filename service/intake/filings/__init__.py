"""What was filed, sealed in batches: undecided complaints cannot be changed in silence either."""
