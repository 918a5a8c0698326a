"""What is read off a fold for people: explanations, statements, records, comparisons."""
