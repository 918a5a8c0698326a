"""Importers: public dumps of complaints, in their own column layouts, as our tables.

    import_dumps("cfpb", [Path("complaints.csv")], Path("out"))

A layout is one file here. It says which columns it needs, what counts as a complaint, and what
exposure there is.
"""

from training.tables.importers.importing import LAYOUTS, import_dumps

__all__ = ["LAYOUTS", "import_dumps"]
