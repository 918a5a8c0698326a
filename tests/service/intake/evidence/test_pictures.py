"""Pictures are kept as they are seen, and nothing of where and with what they were taken."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from service.intake.evidence.pictures import READERS, SIDE_MAX, UPRIGHT, cleaned_picture, thumbnail
from service.refusals import LargeBody, TooBusy, WrongMediaType
from tests.service.pictures import picture, pixels

MARK = b"Main Street 5"
XMP = b"<x:xmpmeta>" + MARK + b"</x:xmpmeta>"
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


def cleaned(content, kind, pixels_max=50_000_000):
    return cleaned_picture(content, TYPES[kind], pixels_max=pixels_max)


def exif(orientation=1):
    told = Image.Exif()
    told[ExifTags.Base.Make] = MARK.decode()
    told[ExifTags.Base.Orientation] = orientation
    told.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = MARK.decode()
    return told.tobytes()


def texts():
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", MARK.decode())
    told.add_itxt("Place", MARK.decode())
    return told


def profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + MARK


SAID = {"exif", "xmp", "comment", "icc_profile", "Comment", "Place"}
TELLING = {
    "exif": ("JPEG", {"exif": exif()}),
    "xmp": ("JPEG", {"xmp": XMP}),
    "comment": ("JPEG", {"comment": MARK}),
    "profile": ("JPEG", {"icc_profile": profile()}),
    "png text": ("PNG", {"pnginfo": texts()}),
    "png exif": ("PNG", {"exif": exif()}),
    "png profile": ("PNG", {"icc_profile": profile()}),
    "webp exif": ("WEBP", {"exif": exif(), "lossless": True}),
    "webp xmp": ("WEBP", {"xmp": XMP, "lossless": True}),
    "webp profile": ("WEBP", {"icc_profile": profile(), "lossless": True}),
    "gif comment": ("GIF", {"comment": MARK}),
}


@pytest.mark.parametrize(("kind", "how"), TELLING.values(), ids=list(TELLING))
def test_what_a_picture_says_of_itself_goes_and_its_pixels_stay(kind, how):
    told = picture(kind, **how)
    with Image.open(BytesIO(told)) as shown:
        shown.load()  # some follows the pixels
        assert set(shown.info) & SAID
    kept = cleaned(told, kind)
    assert MARK not in kept
    with Image.open(BytesIO(kept)) as shown:
        assert shown.format == kind
        shown.load()
        assert not set(shown.info) & SAID
        assert not dict(shown.getexif())
    if kind != "JPEG":
        assert pixels(kept) == pixels(told)


@pytest.mark.parametrize("kind", list(TYPES))
def test_what_follows_or_precedes_the_pixels_goes(kind):
    assert MARK not in cleaned(picture(kind) + MARK, kind)


def test_a_jpeg_loses_next_to_nothing():
    saved = BytesIO()
    Image.merge("RGB", [Image.linear_gradient("L")] * 3).save(saved, "JPEG", quality=80)
    told = saved.getvalue()
    far = [
        abs(one - other)
        for was, now in zip(pixels(told), pixels(cleaned(told, "JPEG")), strict=True)
        for one, other in zip(was, now, strict=True)
    ]
    assert max(far) <= 16
    assert sum(far) / len(far) < 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_says_how_it_was_held_is_turned_upright(kind, orientation):
    quarter = Image.new("RGB", (64, 32), "white")
    quarter.paste("black", (0, 0, 16, 16))  # a mark in one corner tells all eight apart
    told = BytesIO()
    quarter.save(told, kind, exif=exif(orientation))
    wanted = quarter.transpose(UPRIGHT[orientation]) if orientation > 1 else quarter
    with Image.open(BytesIO(cleaned(told.getvalue(), kind))) as shown:
        assert shown.size == wanted.size
        for x in (4, shown.width - 4):
            for y in (4, shown.height - 4):
                was, now = wanted.getpixel((x, y)), shown.convert("RGB").getpixel((x, y))
                assert abs(was[0] - now[0]) < 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_kind_stays_as_it_is_seen(mode):
    shown = Image.new(mode, (5, 3), 1 if mode in ("1", "L", "P", "I;16") else None)
    told = BytesIO()
    shown.save(told, "PNG", **({"transparency": 1} if mode == "P" else {}))
    assert pixels(cleaned(told.getvalue(), "PNG")) == pixels(told.getvalue())


def test_a_cmyk_jpeg_stays_as_it_is_seen():
    told = BytesIO()
    Image.new("CMYK", (16, 16), (10, 200, 30, 5)).save(told, "JPEG")
    was, now = (pixels(one)[0] for one in (told.getvalue(), cleaned(told.getvalue(), "JPEG")))
    assert max(abs(a - b) for a, b in zip(was, now, strict=True)) <= 8


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_a_moving_picture_keeps_its_frames_and_their_time(kind):
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "lime", "blue")]
    told = BytesIO()
    how = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(
        told, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, **how
    )
    with Image.open(BytesIO(cleaned(told.getvalue(), kind))) as shown:
        assert shown.n_frames == 3
        seen = []
        for number in range(3):
            shown.seek(number)
            shown.load()
            seen.append((shown.convert("RGB").getpixel((4, 4)), shown.info["duration"]))
    assert seen == [((255, 0, 0), 100), ((0, 255, 0), 200), ((0, 0, 255), 300)]


def png_header(width, height):
    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixel_rows = chunk(b"IDAT", zlib.compress(bytes(1_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixel_rows + chunk(b"IEND", b"")


def resized(kind, width, height):
    """A small picture whose header claims another size."""
    if kind == "PNG":
        return png_header(width, height)
    content = bytearray(picture(kind))
    if kind == "GIF":
        content[6:10] = struct.pack("<HH", width, height)
    elif kind == "JPEG":
        start = content.index(b"\xff\xc0")
        content[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
@pytest.mark.parametrize("size", [(65_535, 65_535), (7_100, 7_100), (50_001, 1_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_one_is_decoded(kind, size, monkeypatch):
    def never(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(READERS[TYPES[kind]], "load", never)
    width, height = size
    # Where the library itself counts before us, it knows no size to name.
    with pytest.raises(LargeBody, match=rf"{width} x {height} pixels; at most|far more pixels"):
        cleaned(resized(kind, *size), kind)


def test_the_sentence_of_a_picture_that_is_too_large_names_its_size():
    with pytest.raises(LargeBody, match=r"65535 x 65535 pixels; at most 50000000 are taken"):
        cleaned(png_header(65_535, 65_535), "PNG")


def test_frames_count_together():
    frames = [Image.new("RGB", (10, 10), (n, 0, 0)) for n in range(20)]
    told = BytesIO()
    frames[0].save(told, "GIF", save_all=True, append_images=frames[1:])
    assert cleaned(told.getvalue(), "GIF", pixels_max=2_000)
    with pytest.raises(LargeBody, match="10 x 10 pixels 20 times"):
        cleaned(told.getvalue(), "GIF", pixels_max=1_999)


@pytest.mark.parametrize("kind", list(TYPES))
@given(data=st.data())
def test_a_damaged_picture_is_kept_or_refused_with_a_sentence(kind, data):
    content = bytearray(picture(kind))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    try:
        kept = cleaned(bytes(content[:end]), kind, pixels_max=1_000_000)
    except (WrongMediaType, LargeBody):
        return  # anything else is a fault
    assert pixels(kept)


def test_pictures_that_wait_too_long_for_their_turn_are_told_so(monkeypatch):
    from service.intake.evidence import pictures

    monkeypatch.setattr(pictures, "WAIT_S", 0.01)
    for _ in range(pictures.AT_ONCE):
        pictures._turns.acquire()
    try:
        with pytest.raises(TooBusy, match="too many pictures"):
            cleaned(picture(), "PNG")
    finally:
        for _ in range(pictures.AT_ONCE):
            pictures._turns.release()
    assert cleaned(picture(), "PNG")


@pytest.mark.parametrize("kind", TYPES)
def test_a_small_picture_is_a_jpeg_of_pixels_alone_in_the_same_shape(kind):
    content = picture(kind, size=(400, 100), **({"exif": exif()} if kind != "GIF" else {}))
    small = thumbnail(content, TYPES[kind])
    assert MARK not in small
    with Image.open(BytesIO(small)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (SIDE_MAX, SIDE_MAX // 4))
        assert not shown.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_a_picture_of_any_kind_is_made_small_on_white(mode):
    kept, kind = BytesIO(), "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (8, 8)).save(kept, format=kind)
    with Image.open(BytesIO(thumbnail(kept.getvalue(), TYPES[kind]))) as shown:
        corner = shown.getpixel((0, 0))
    is_clear = mode in ("LA", "RGBA", "CMYK")  # without ink or paint: the paper is seen
    assert all(value > 250 if is_clear else value < 5 for value in corner)


@pytest.mark.parametrize(("mode", "grey"), [("L", 100), ("I;16", 100 * 257)])
def test_greys_stay_as_grey_as_they_were(mode, grey):
    kept = BytesIO()
    Image.new(mode, (8, 8), grey).save(kept, format="PNG")
    with Image.open(BytesIO(thumbnail(kept.getvalue(), TYPES["PNG"]))) as shown:
        assert all(abs(value - 100) <= 2 for value in shown.getpixel((0, 0)))


def test_what_was_kept_and_is_no_picture_is_not_made_small():
    with pytest.raises(WrongMediaType):
        thumbnail(b"\xff\xd8\xff nothing", "image/jpeg")
