"""The check of the built site finds what a page would fetch from another server."""

import pytest

from docs.tools.site import fetched_from_elsewhere


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
