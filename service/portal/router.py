"""All pages of people without an account, in the order in which addresses are tried."""

from __future__ import annotations

from service.portal.pages.routes import router as shared
from service.portal.report import files, pictures, questions, sending, status
from service.portal.report.routes import begins, enters
from service.portal.seller.routes import enters as seller_enters
from service.portal.seller.routes import router as seller
from service.portal.seller.routes import uploads as seller_uploads

PUBLIC_PAGES = (
    shared,
    begins,
    questions.router,
    files.router,
    files.uploads,
    pictures.router,
    sending.router,
    status.router,
    status.uploads,
    seller,
    seller_uploads,
    # Last: a token stands where the others have a word.
    enters,
    seller_enters,
)
