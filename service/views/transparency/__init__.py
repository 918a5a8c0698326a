"""Records for the EU's DSA Transparency Database, of the restrictions applied in a period."""
