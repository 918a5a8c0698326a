"""The site's navigation is whole, and its check finds what a page fetches from another server."""

from pathlib import Path

import pytest
import yaml

from docs.tools.site import fetched_from_elsewhere

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<img alt="a" src=//cdn.example/x.png>',
        '<link rel="stylesheet" href="https://fonts.example/css">',
        "<style>@import '//fonts.example/css';</style>",
        "<style>a { background: url(https://cdn.example/a.png) }</style>",
    ],
)
def test_what_another_server_would_serve_is_found(tmp_path, text):
    (tmp_path / "index.html").write_text(text)
    assert len(fetched_from_elsewhere(tmp_path)) == 1


def test_links_to_follow_and_files_of_the_site_are_fine(tmp_path):
    text = '<a href="https://example.org">out</a><script src="assets/a.js"></script>'
    (tmp_path / "index.html").write_text(text)
    assert fetched_from_elsewhere(tmp_path) == []


def pages_of(entry):
    """Every page that a part of the navigation names."""
    if isinstance(entry, str):
        return [entry]
    inner = entry.values() if isinstance(entry, dict) else entry
    return [page for one in inner for page in pages_of(one)]


def test_the_navigation_names_every_page_but_single_decisions_and_no_other():
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    decisions = {page for page in pages if page.startswith("explanation/decisions/")}
    assert set(pages_of(navigation)) == pages - decisions | {"explanation/decisions/index.md"}
