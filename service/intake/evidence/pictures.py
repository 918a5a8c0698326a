"""Pictures as they are kept: what is seen, upright; not where and with what it was taken.

A photograph tells where it was taken, when, with which device, and often holds a small copy of
itself from before it was cropped. So a picture is decoded and encoded again: only its pixels pass.
Its size is read from the header before a single pixel is decoded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, Final

from PIL import ExifTags, Image, ImageCms
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from service.refusals import LargeBody, TooBusy, WrongMediaType

READERS: Final[dict[str, type[ImageFile]]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/gif": GifImageFile,
    "image/webp": WebPImageFile,
}
"""Who reads a picture of a type. Nothing else of Pillow ever sees a stranger's bytes."""

AT_ONCE: Final = 2
"""Pictures decoded at a time in one process: 50 million pixels take up to 400 MB and seconds."""
WAIT_S: Final = 20.0
"""How long an upload waits for its turn; then it is a 503."""

SIDE_MAX: Final = 160
"""Pixels of a small picture's longer side: enough to tell one photograph from another."""

UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by EXIF's orientation."""

BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on bytes that are no picture of the type they begin as."""

_turns: Final = BoundedSemaphore(AT_ONCE)


def cleaned_picture(content: bytes, media_type: str, *, pixels_max: int) -> bytes:
    """The picture without metadata, upright, in the colours of sRGB; of the same type.

    `pixels_max` bounds width times height times the number of frames. Raises LargeBody above it,
    WrongMediaType for what is no whole picture of its type, and TooBusy.
    """
    try:
        with turn(), READERS[media_type](BytesIO(content)) as picture:
            frames, durations = _frames_of(picture, pixels_max)
            return _encoded(frames, durations, picture, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LargeBody(
            f"the picture has far more pixels than the {pixels_max} that are taken: "
            "send a smaller one"
        ) from error
    except BROKEN as error:
        name = media_type.removeprefix("image/").upper()
        raise WrongMediaType(
            f"the file begins as a {name} but is not a whole one: open it in a viewer, save it "
            "again and send that"
        ) from error


def thumbnail(content: bytes, media_type: str) -> bytes:
    """A small JPEG of a picture, its first frame on white: nothing but its pixels.

    Raises WrongMediaType for what was kept and is no picture, and TooBusy.
    """
    try:
        with turn(), READERS[media_type](BytesIO(content)) as picture:
            picture.draft("RGB", (SIDE_MAX, SIDE_MAX))
            picture.thumbnail((SIDE_MAX, SIDE_MAX))
            small = of_eight_bits(picture).convert("RGBA")
    except BROKEN as error:
        raise WrongMediaType("the file that was kept is no whole picture") from error
    paper, kept = Image.new("RGB", small.size, "white"), BytesIO()
    paper.paste(small, mask=small.getchannel("A"))
    paper.save(kept, format="JPEG", quality=80)
    return kept.getvalue()


def of_eight_bits(picture: Image.Image) -> Image.Image:
    """The picture with eight bits a pixel and channel; greys of sixteen are cut off otherwise."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda grey: grey / 256).convert("L")


@contextmanager
def turn() -> Iterator[None]:
    """Wait until few enough pictures are decoded at a time; raises TooBusy."""
    if not _turns.acquire(timeout=WAIT_S):
        raise TooBusy("too many pictures are being read; try again shortly")
    try:
        yield
    finally:
        _turns.release()


def _frames_of(picture: ImageFile, pixels_max: int) -> tuple[list[Image.Image], list[float]]:
    """Every frame, without what was said about it, and how long it is shown in milliseconds."""
    count = int(getattr(picture, "n_frames", 1))
    _check_pixels(picture, count, pixels_max)
    turn = UPRIGHT.get(_orientation_of(picture))
    profile = picture.info.get("icc_profile")
    frames, durations = [], []
    for number in range(count):
        picture.seek(number)
        _check_pixels(picture, count, pixels_max)  # a frame may be larger than the first
        frame = picture.copy() if count > 1 else picture
        kept: dict[str | tuple[int, int], Any] = {
            name: said for name, said in frame.info.items() if name == "transparency"
        }
        if profile:
            frame = _in_srgb(frame, profile)
        if turn is not None:
            frame = frame.transpose(turn)
        durations.append(picture.info.get("duration", 0))
        frame.info = kept
        frames.append(frame)
    return frames, durations


def _check_pixels(picture: ImageFile, count: int, pixels_max: int) -> None:
    width, height = picture.size
    if width * height * count <= pixels_max:
        return
    times = f" {count} times" if count > 1 else ""
    raise LargeBody(
        f"the picture has {width} x {height} pixels{times}; at most {pixels_max} are taken: "
        "send a smaller one"
    )


def _orientation_of(picture: ImageFile) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except BROKEN:
        return 1  # an EXIF nobody can read turns no picture, and it goes in any case


def _in_srgb(frame: Image.Image, profile: bytes) -> Image.Image:
    """The frame in sRGB's colours: a profile may name the device, and goes as well."""
    if frame.mode not in ("RGB", "RGBA", "CMYK"):
        return frame
    opaque = frame.convert("RGB") if frame.mode == "RGBA" else frame
    try:
        source, target = ImageCms.getOpenProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(opaque, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return frame  # a profile of another kind of picture, or none at all
    assert turned is not None  # noqa: S101 - only in place does it give nothing
    if frame.mode == "RGBA":
        turned.putalpha(frame.getchannel("A"))
    return turned


def _encoded(
    frames: list[Image.Image], durations: list[float], picture: ImageFile, content: bytes
) -> bytes:
    first, *others = frames
    how: dict[str, Any] = {}
    if isinstance(picture, JpegImageFile):
        # Its own tables, so that it loses next to nothing.
        is_alike = first.mode == picture.mode
        sampling = get_sampling(picture)
        how = {"qtables": picture.quantization, "subsampling": sampling}
        if not is_alike:
            how = {"quality": 95}
    elif isinstance(picture, WebPImageFile):
        # The fast way, as a picture of 50 million pixels takes half a minute otherwise.
        how = {"lossless": b"VP8L" in content, "quality": 92, "method": 0}
    elif isinstance(picture, GifImageFile):
        how = {"optimize": False}
    if others:
        how |= {"save_all": True, "append_images": others, "duration": durations}
        if "loop" in picture.info:
            how["loop"] = picture.info["loop"]
        if isinstance(picture, GifImageFile):
            how["disposal"] = 2  # each frame is whole, so nothing of the last may shine through
    kept = BytesIO()
    first.save(kept, format=picture.format, **how)
    return kept.getvalue()
