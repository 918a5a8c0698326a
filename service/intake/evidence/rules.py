"""Pure decisions about evidence: what a file is, and what a complaint needs to be upheld."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from detector.rules.policy.policy import Evidence, Policies
from service.intake.evidence.schemas import EvidenceShown, EvidenceWanted

MEDIA_TYPES: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"ftyp", 4, "video/mp4"),
)
"""What a file starts with, at which place, and what it therefore is. Nothing here is a script;
SVG and HTML are left out on purpose."""

STILLS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)
"""How the pictures begin that phones keep in the container of videos: HEIC and AVIF."""

INLINE: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser may show; everything else is offered for saving."""

OFFICIAL: Final = "photo_official"
"""The kind of a picture that shows what the maker sells, to lay what a buyer received beside."""


def media_type_of(content: bytes) -> str | None:
    """What a file is, by its first bytes; None for anything that is not accepted."""
    for magic, place, media_type in MEDIA_TYPES:
        if content[place : place + len(magic)] == magic:
            return media_type
    return None


def is_heic(content: bytes) -> bool:
    """Whether a file is a picture as phones keep it, HEIC or AVIF, which few browsers show."""
    return content[4:8] == b"ftyp" and content[8:12] in STILLS


def is_picture(piece: EvidenceShown) -> bool:
    """Whether a piece of evidence is a file that a browser may show."""
    return piece.media_type in INLINE


def official_photo(pieces: Iterable[EvidenceShown]) -> EvidenceShown | None:
    """The first official photo among a complaint's pieces that can be shown."""
    return next((one for one in pieces if one.kind == OFFICIAL and is_picture(one)), None)


def wanted_for(
    category: str, policies: Policies, *, at: int, kinds: frozenset[str] = frozenset()
) -> EvidenceWanted | None:
    """What a complaint of a category needs besides the kinds it has; None when nothing is asked."""
    violation = policies.at(at).violation_in(category)
    return None if violation is None else _wanted(violation.evidence, kinds)


@lru_cache(maxsize=1_000)
def _wanted(evidence: Evidence, kinds: frozenset[str]) -> EvidenceWanted:
    lacks = evidence.missing(tuple(kinds), people=evidence.quorum)
    missing = [sorted(group - kinds) for group in evidence.any_of] if lacks else []
    return EvidenceWanted(
        enough=lacks is None,
        lacks=lacks,
        kinds_min=evidence.min_items,
        people=evidence.quorum,
        any_of=[sorted(group) for group in evidence.any_of],
        missing=sorted(
            (group for group in missing if group), key=lambda group: (len(group), group)
        ),
    )
