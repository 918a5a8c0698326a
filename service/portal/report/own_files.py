"""The files that a complainant added by these pages, of a draft and of what was sent alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from service.intake.evidence.rules import INLINE
from service.intake.evidence.schemas import EvidenceShown
from service.intake.reports.rules import COMPLAINANT, ReportFile

SHOWN_MAX: Final = 12
"""Pictures on one page: more would be more requests at a time than a link may make."""


class OwnFile(NamedTuple):
    """A file that a complainant added by these pages, as long as it is kept."""

    file_id: str
    kind: str
    sha256: str
    media_type: str
    bytes: int

    @property
    def is_picture(self) -> bool:
        """Whether a small one of it can be shown."""
        return self.media_type in INLINE


def own_of(files: Iterable[ReportFile], evidence: Iterable[EvidenceShown] = ()) -> list[OwnFile]:
    """The files of a draft, or what became evidence; none that others added for them."""
    drafts = [OwnFile(f.file_id, f.kind, f.sha256, f.media_type, f.bytes) for f in files]
    return drafts + [
        OwnFile(one.evidence_id, one.kind, one.sha256, one.media_type, one.bytes)
        for one in evidence
        if one.party == "complainant"
        and one.added_by == COMPLAINANT
        and one.sha256 is not None
        and one.media_type is not None
        and one.bytes is not None
    ]
