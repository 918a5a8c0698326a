"""All pages of people without an account."""

from __future__ import annotations

from service.portal.pages.routes import router as shared

PUBLIC_PAGES = (shared,)
