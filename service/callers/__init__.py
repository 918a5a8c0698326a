"""Who is calling, and the keys there are: listed and revoked, on record."""
