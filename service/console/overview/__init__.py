"""Is the work under control, and is the detector right? No person is ranked."""
