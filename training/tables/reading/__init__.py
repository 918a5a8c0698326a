"""Reading tables from files: source -> batches -> checked columns -> codes -> history.

A file is read in batches, so memory grows with the columns of numbers, not with the file's texts.
Every refusal names file, row, column and value.
"""
