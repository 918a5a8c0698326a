"""Importers: public dumps of complaints, in their own column layouts, as our tables.

    import_dumps("cfpb", [Path("complaints.csv")], Path("out"))

A layout is one file here. It says which columns it needs, what counts as a complaint, and what
exposure there is.
"""

from training.tables.importers.importing import LAYOUTS, Imported, import_dumps
from training.tables.importers.summary import Gathering, Summary

__all__ = ["LAYOUTS", "Gathering", "Imported", "Summary", "import_dumps"]
