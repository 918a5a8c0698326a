"""Cases, as a moderator works on them: complaints to decide first, and who complains."""
