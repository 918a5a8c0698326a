"""What a verdict would do, told before it is given."""
