"""One box for any id: it leads to the page of what has it."""
