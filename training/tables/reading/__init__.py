"""Reading tables from files: source -> batches -> checked columns -> codes -> history.

A file is read in batches, so memory grows with what is kept (numbers), not with the file (texts).
Every refusal names file, row, column and value.
"""
