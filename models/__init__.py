"""Trained artifacts: saving, loading, promoting and rolling back what a training job produced.

An artifact is plain arrays (`arrays.npz`, no pickle) and a manifest with their SHA-256: loading one
runs none of its contents, wherever it comes from.
"""
