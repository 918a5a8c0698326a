"""The languages of the pages: catalogues of sentences, and how each writes numbers and times."""
