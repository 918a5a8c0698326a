"""Expected complaints of every seller and window, with their uncertainty."""
