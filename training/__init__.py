"""The training job and what feeds and judges it: readers, importers, simulator, back-test."""
