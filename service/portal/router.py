"""All pages of people without an account, in the order in which addresses are tried."""

from __future__ import annotations

from service.portal.pages.routes import router as shared
from service.portal.report import files, questions, sending, status
from service.portal.report.routes import begins, enters

PUBLIC_PAGES = (
    shared,
    begins,
    questions.router,
    files.router,
    files.uploads,
    sending.router,
    status.router,
    status.uploads,
    enters,  # last: a token stands where the others have a word
)
