"""What another policy would have made of the decisions so far, worked out beside and stopped."""
