"""What the built site would fetch from other servers; it should be nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

SITE: Final = Path(__file__).parents[2] / "site"
FETCHED: Final = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//[^"'\s>]+"""
    r"""|<link[^>]*rel=["']?(?:stylesheet|preconnect|preload|icon)[^>]*href=["']?(?:https?:)?//[^"'\s>]+"""
    r"""|@import\s[^;]*//|url\(["']?(?:https?:)?//[^)]+"""
)


def fetched_from_elsewhere(site: Path = SITE) -> list[str]:
    """Every tag or rule of a page or style sheet that names another server."""
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    return [
        f"{path.relative_to(site)}: {found}"
        for path in sorted(pages)
        for found in FETCHED.findall(path.read_text(encoding="utf-8"))
    ]
