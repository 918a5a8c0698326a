"""Who may do what: API keys, their roles, and the gate in front of every route."""
