"""The buyers' page, `/report`: a complaint asked for question by question, and what became of it.

There are two doors: a link from the marketplace, which knows the order, and none, for a notice by
anybody. A draft is kept for a week, and nothing is sent before its writer has read it once more.
"""
