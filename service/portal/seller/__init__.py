"""A seller's page: what happened on which orders, what it costs, why, and how to object.

A link opens it and changes nothing. It shows nothing of the seller before they have typed the code
that the marketplace shows in their own account: the mail does not hold it. It names no buyer, no
moderator and no file, and all that it does takes typed words.
"""
