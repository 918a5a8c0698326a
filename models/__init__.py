"""Trained artifacts: saving, loading, promoting and rolling back what a training job produced."""
