"""Cases: a question for a person. The queue is a query over the open ones."""
