"""Every file format in one place: readers, writers and importers."""
