"""From the store's rows, or a request's, to the history that the detector reads."""
