"""Trained models as pages: which there are, which is in use, and what each is."""
