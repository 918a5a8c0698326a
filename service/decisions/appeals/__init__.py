"""Appeals: the losing party asks once, another person decides."""
