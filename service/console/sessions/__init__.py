"""Who is signed in: sessions are rows, so that one can be ended at once."""
