"""The log's reader: a bad line is refused with its number, a bad file as a whole."""

from __future__ import annotations

import json

import pytest

from detector.errors import BadInput
from service.folding import log_of
from training.tables.decision_log import FileLines, read_lines

CREDIT = {
    "event": "credit",
    "id": "k",
    "recorded_at": "2026-03-01T00:00:00Z",
    "seller_id": "S🙂",
    "points": 1,
    "why": "training",
}
LINE = json.dumps(CREDIT, ensure_ascii=False).encode()


@pytest.fixture
def read(tmp_path):
    def of(content: bytes):
        path = tmp_path / "log.jsonl"
        path.write_bytes(content)
        log = log_of(read_lines(path), by_entity=False)
        events, refused = log.events_in(sorted(place for part in log.portions() for place in part))
        return [event for _, event in events], sorted([*log.unreadable, *refused])

    return of


def test_an_empty_file_is_an_empty_log(read):
    assert read(b"") == ([], [])


@pytest.mark.parametrize("content", [LINE, LINE + b"\n\n", b"\xef\xbb\xbf" + LINE + b"\r\n"])
def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_passed_over(read, content):
    events, refused = read(content)
    assert ([event.seller_id for event in events], refused) == (["S🙂"], [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (LINE[:-5], "not JSON"),
        (b"\x00\xff\xfe", "not UTF-8"),
        (b"[1]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"id": "k"}', "'event' is missing"),
        (LINE.replace(b"credit", b"gift", 1), "'gift' is not one of verdict, appeal"),
        (LINE.replace(b"2026-03-01T", b"2026-13-01T"), "is not an ISO 8601 time"),
        (LINE.replace(b": 1,", b": 1.5,"), "points: 1.5 is not a whole number above 0"),
        (LINE.replace(b": 1,", b": NaN,"), "NaN is not a JSON number"),
        (LINE.replace(b'"why": "training"', b'"who": "?"'), "'why' is missing"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_line_that_is_no_event_is_refused_with_its_number_and_the_rest_counts(read, line, why):
    events, refused = read(LINE + b"\n" + line + b"\n" + LINE.replace(b'"k"', b'"k2"'))
    assert [event.id for event in events] == ["k", "k2"]
    ((number, told),) = refused
    assert (number, why in told) == (2, True), told


def test_a_line_of_ten_megabytes_is_read(read):
    events, _ = read(LINE.replace(b"training", b"x" * 10_000_000))
    assert len(events[0].why) == 10_000_000


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="is a directory"):
        read_lines(tmp_path)
    with pytest.raises(BadInput, match="there is no log file"):
        read_lines(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    "content", [b"", b"a", b"a\n", b"\n", b"a\nb", b"a\r\n\nb\n", b"\xef\xbb\xbfa\nb"]
)
def test_the_lines_of_a_file_are_what_splitting_it_gives(content):
    lines = FileLines(content)
    assert list(lines) == content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
