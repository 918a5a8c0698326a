"""Scoring and training past one machine: Spark partitions by seller, our functions do the rest."""
