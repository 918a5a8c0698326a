"""The rules as people ask about them: what they say, what-if, and a seller's statement."""
