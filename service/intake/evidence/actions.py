"""What can be done with evidence; each inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, NamedTuple

from sqlalchemy import Connection

from service.audit import actions as audit
from service.http.access.keys import Caller
from service.intake.complaints.actions import complaint_of
from service.intake.complaints.store import mark_unerased
from service.intake.evidence import store
from service.intake.evidence.likeness import is_alike, likeness_of
from service.intake.evidence.pictures import READERS, cleaned_picture
from service.intake.evidence.rules import is_heic, media_type_of
from service.intake.evidence.schemas import EvidenceFile, EvidenceLink, EvidenceShown
from service.intake.evidence.storage import Storage
from service.intake.evidence.videos import cleaned_video
from service.refusals import EvidenceFull, LargeBody, NoSuchEvidence, WrongMediaType
from service.sellers.store import request_rescoring


class Alike(NamedTuple):
    """A picture with another complaint that looks like one with this."""

    evidence_id: str
    other_id: str
    complaint_id: str
    buyer_id: str | None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the storage, and what is in it."""

    content: bytes
    sha256: str
    media_type: str
    bytes: int
    likeness: str | None = None
    """Of a picture, see `likeness`."""


def store_file(content: bytes, storage: Storage, *, bytes_max: int, pixels_max: int) -> StoredFile:
    """Keep a file whose content is of an accepted type; what its sender calls it does not count.

    Pictures and videos are kept without what they say of place and device. Hash and length are
    those of what is kept. Raises LargeBody, WrongMediaType, TooBusy and, when it cannot be kept,
    EvidenceAway.
    """
    if len(content) > bytes_max:
        raise LargeBody(f"the file has {len(content)} bytes; at most {bytes_max} are kept")
    if is_heic(content):
        raise WrongMediaType(
            "the file is a HEIC or AVIF picture, which few browsers show: convert it to JPEG and "
            "send that (a phone does so where its camera's format is set to the most compatible; "
            "a computer's viewer by exporting it)"
        )
    media_type = media_type_of(content)
    if media_type is None:
        raise WrongMediaType("the file is none of: JPEG, PNG, GIF, WebP, PDF, MP4")
    if media_type in READERS:
        content = cleaned_picture(content, media_type, pixels_max=pixels_max)
    elif media_type == "video/mp4":
        content = cleaned_video(content)
    likeness = likeness_of(content, media_type)
    return StoredFile(content, storage.put(content), media_type, len(content), likeness)


def add_evidence(
    connection: Connection,
    complaint_id: str,
    said: EvidenceLink | EvidenceFile,
    kept: StoredFile | None,
    *,
    storage: Storage,
    pieces_max: int,
    caller: Caller,
    now: int,
) -> EvidenceShown:
    """Add a link, or a file that was kept, to a complaint.

    Raises NoSuchComplaint, EvidenceFull, and EvidenceAway.
    """
    complaint = complaint_of(connection, complaint_id)
    seller_id = complaint.seller_id
    store.lock_complaint(connection, complaint_id)
    check_room(connection, complaint_id, said.party, pieces_max)
    if kept is not None:
        store.lock_file(connection, kept.sha256)
        storage.put(kept.content)  # once more, for an erasure may have removed it since
    row: dict[str, Any] = {
        "evidence_id": f"e_{token_hex(8)}",
        "complaint_id": complaint_id,
        "kind": said.kind,
        "link": said.link if isinstance(said, EvidenceLink) else None,
        "note": said.note,
        "party": said.party,
        "sha256": kept.sha256 if kept else None,
        "media_type": kept.media_type if kept else None,
        "bytes": kept.bytes if kept else None,
        "added_by": caller.person,
        "added_at": now,
    }
    store.insert_piece(connection, row)
    if kept is not None and kept.likeness is not None:
        store.insert_likeness(connection, row["evidence_id"], kept.likeness)
    mark_unerased(connection, complaint_id)
    if said.party == "complainant" and complaint.evidence_count == 0:
        # From the next instant on the complaint is no longer one without evidence.
        request_rescoring(connection, [seller_id], now + 1)
    audit.record(
        connection,
        "evidence.added",
        f"complaint {complaint_id}",
        at=now,
        caller=caller,
        # What an erasure takes is sealed by its salted hash.
        why="\n".join(row[name] for name in ("link", "sha256", "note") if row[name]),
        after={name: row[name] for name in ("evidence_id", "kind", "party")},
        seller_id=seller_id,
    )
    return EvidenceShown.model_validate(row)


def check_room(connection: Connection, complaint_id: str, party: str, pieces_max: int) -> None:
    """Raise EvidenceFull when a party has as many pieces with a complaint as are kept."""
    if store.count_pieces(connection, complaint_id, party) >= pieces_max:
        raise EvidenceFull(
            f"complaint {complaint_id!r} has {pieces_max} pieces of evidence from the {party}, and "
            "no more are kept: put several into one file"
        )


def file_of(connection: Connection, evidence_id: str) -> tuple[str, str]:
    """Hash and media type of a piece's file; NoSuchEvidence when it has none."""
    row = store.piece_of(connection, evidence_id)
    if row is None or row.sha256 is None:
        raise NoSuchEvidence(f"no file of evidence has the id {evidence_id!r}")
    return row.sha256, row.media_type


def complaint_with(connection: Connection, evidence_id: str) -> str:
    """The complaint that a piece of evidence is with, by id; NoSuchEvidence when there is none."""
    row = store.piece_of(connection, evidence_id)
    if row is None:
        raise NoSuchEvidence(f"no piece of evidence has the id {evidence_id!r}")
    complaint_id: str = row.complaint_id
    return complaint_id


def evidence_of(connection: Connection, complaint_id: str) -> list[EvidenceShown]:
    """The evidence of a complaint, oldest first."""
    return evidence_by_complaint(connection, [complaint_id]).get(complaint_id, [])


def evidence_by_complaint(
    connection: Connection, complaint_ids: Sequence[str]
) -> dict[str, list[EvidenceShown]]:
    """The evidence of each of a page of complaints that has some, oldest first."""
    names = EvidenceShown.model_fields
    found: dict[str, list[EvidenceShown]] = {}
    for row in store.pieces_of(connection, complaint_ids):
        piece = EvidenceShown(**{name: getattr(row, name) for name in names})
        found.setdefault(row.complaint_id, []).append(piece)
    return found


def alike_with(connection: Connection, complaint_id: str) -> list[Alike]:
    """Pictures with other complaints that look like one with this, the oldest first.

    Each other complaint is named once. A picture that several complainants send may have been
    handed round, or taken from the offer.
    """
    own = store.likenesses_of(connection, complaint_id)
    found: dict[str, Alike] = {}
    for evidence_id, likeness in own:
        for row in store.candidates(connection, likeness, without=complaint_id):
            if is_alike(likeness, row.likeness):
                one = Alike(evidence_id, row.evidence_id, row.complaint_id, row.buyer_id)
                found.setdefault(row.complaint_id, one)
    return list(found.values())


def kinds_in(pieces: Iterable[EvidenceShown]) -> list[str]:
    """The kinds among pieces of evidence, without the seller's own."""
    return [piece.kind for piece in pieces if piece.party == "complainant"]
