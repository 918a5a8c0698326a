"""Videos are kept without what they say of place and device, and play as before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.evidence.videos import TELLING, cleaned_video
from service.refusals import WrongMediaType

PLACE = b"+48.8577+002.295/"


def box(name, inside=b"", *, long=False):
    if long:
        return b"\0\0\0\1" + name + (16 + len(inside)).to_bytes(8) + inside
    return (8 + len(inside)).to_bytes(4) + name + inside


SEEN = box(b"mdat", b"what is seen, udta and all")
START = box(b"ftyp", b"isom\0\0\0\0isom")


@pytest.mark.parametrize("name", sorted(TELLING))
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("within", [(), (b"moov",), (b"moov", b"trak"), (b"moof", b"traf")])
def test_place_and_device_go_and_nothing_moves(name, long, within):
    telling = box(name, PLACE, long=long)
    for holder in reversed(within):
        telling = box(holder, box(b"mvhd", b"4") + telling)
    kept = cleaned_video(START + telling + SEEN)
    assert PLACE not in kept
    assert name not in kept.replace(SEEN, b"")
    assert len(kept) == len(START + telling + SEEN)
    assert kept.startswith(START)
    assert kept.endswith(SEEN)


def test_a_video_that_says_nothing_stays_byte_for_byte():
    content = START + box(b"moov", box(b"mvhd", b"5") + box(b"trak", box(b"tkhd", b"6"))) + SEEN
    assert cleaned_video(content) == content


def test_a_last_box_without_a_length_reaches_to_the_end():
    content = START + b"\0\0\0\0mdat" + PLACE
    assert cleaned_video(content) == content


@pytest.mark.parametrize("end", [b"\0\0\0\x09mdat", b"\0\0\0\4mdat", b"\0\0\0\1mdat\0\0", b"abc"])
def test_boxes_that_do_not_fit_are_refused(end):
    with pytest.raises(WrongMediaType, match="not a whole one"):
        cleaned_video(START + end)


@given(st.binary(max_size=200))
def test_any_bytes_are_kept_at_their_length_or_refused(content):
    try:
        kept = cleaned_video(START + content)
    except WrongMediaType:
        return  # anything else is a fault
    assert len(kept) == len(START + content)
