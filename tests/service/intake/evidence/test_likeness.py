"""One picture is known again when it is saved once more; two pictures are two."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from service.intake.evidence.likeness import (
    BITS_APART_MAX,
    bands_of,
    bits_apart,
    is_alike,
    likeness_of,
)

LIKENESSES = st.integers(0, 2**64 - 1).map(lambda bits: f"{bits:016x}")


def scene(seed):
    """A picture of shapes, as a photograph has them."""
    picture = Image.new("RGB", (640, 480), (200, 190, 170))
    drawn = ImageDraw.Draw(picture)
    for number in range(12):
        x, y = (seed * 97 + number * 151) % 560, (seed * 53 + number * 89) % 400
        shade = (seed * 31 + number * 67) % 256
        drawn.ellipse((x, y, x + 40 + number * 9, y + 90), fill=(shade, 255 - shade, shade // 2))
    return picture


def in_sixteen_bits(picture):
    return picture.convert("L").convert("I").point(lambda grey: grey * 257).convert("I;16")


def saved(picture, kind="JPEG", **how):
    kept = BytesIO()
    picture.save(kept, kind, **how)
    return likeness_of(kept.getvalue(), f"image/{kind.lower()}")


@pytest.mark.parametrize("seed", range(5))
def test_the_same_picture_saved_again_is_alike(seed):
    picture = scene(seed)
    first = saved(picture)
    for again in (
        saved(picture, quality=40),
        saved(picture, "PNG"),
        saved(picture, "WEBP"),
        saved(picture.resize((320, 240))),
        saved(picture.convert("L")),
        saved(in_sixteen_bits(picture), "PNG"),
        saved(ImageEnhance.Brightness(picture).enhance(0.9)),
    ):
        assert is_alike(first, again)


def test_different_pictures_are_not_alike():
    found = [saved(scene(seed)) for seed in range(12)]
    pairs = [(one, other) for n, one in enumerate(found) for other in found[:n]]
    assert not [pair for pair in pairs if is_alike(*pair)]


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_a_picture_of_one_colour_says_nothing(shade):
    assert saved(Image.new("RGB", (64, 64), (shade,) * 3), "PNG") is None


def test_a_plain_shade_says_nothing():
    assert saved(Image.linear_gradient("L").rotate(90), "PNG") is None


@pytest.mark.parametrize("kind", ["application/pdf", "video/mp4"])
def test_what_is_no_picture_has_no_likeness(kind):
    assert likeness_of(b"%PDF-", kind) is None


def test_bytes_that_are_no_picture_have_none():
    assert likeness_of(b"\x89PNG\r\n\x1a\n nothing", "image/png") is None


@given(LIKENESSES, st.sets(st.integers(0, 63), max_size=BITS_APART_MAX))
def test_likenesses_few_bits_apart_share_a_band(likeness, flipped):
    other = f"{int(likeness, 16) ^ sum(1 << bit for bit in flipped):016x}"
    assert bits_apart(likeness, other) == len(flipped)
    assert is_alike(likeness, other)
    assert set(enumerate(bands_of(likeness))) & set(enumerate(bands_of(other)))
