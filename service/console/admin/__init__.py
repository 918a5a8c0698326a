"""What admins look after: keys, receivers of events, the model in use, buyers' data."""
