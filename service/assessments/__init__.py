"""Trained models, as the service sees them: which one scores, which ones there are."""
