"""The list of a complaint's evidence, as the pages that show a complaint draw it."""

from zoneinfo import ZoneInfo

import pytest

from service.console.pages.rendering import environment
from service.intake.evidence.schemas import EvidenceShown

NOW = 1_772_000_000_000_000


def piece(evidence_id="e_1", **changed):
    facts = {"kind": "photo_received", "link": None, "sha256": "0" * 64, "note": None}
    facts |= {"media_type": "image/png", "bytes": 1_200_000, "party": "complainant"}
    facts |= {"added_by": "shop", "added_at": NOW}
    return EvidenceShown(evidence_id=evidence_id, **facts | changed)


def drawn(*evidence, pictures="veiled"):
    macro = environment("en").get_template("evidence/pieces.html").module.pieces
    return str(macro(list(evidence), NOW, ZoneInfo("UTC"), pictures))


def test_no_picture_is_in_the_page_before_it_is_asked_for():
    text = drawn(piece(), piece("e_2", kind="photo_official"))
    assert "<img" not in text
    assert text.count("data-look") == 2
    assert 'href="/evidence/e_1"' in text
    assert "photo received" in text
    assert "1.2 MB" in text


def test_the_official_photo_is_beside_each_other_picture():
    text = drawn(piece(), piece("e_2", kind="photo_official"), piece("e_3", party="seller"))
    assert text.count('data-picture="/evidence/e_2/file"') == 3
    assert text.count('data-picture="/evidence/e_1/file"') == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"media_type": "application/pdf"}, 'href="/evidence/e_1/file"'),
        (
            {"media_type": None, "sha256": None, "bytes": None, "link": "https://x.org/a"},
            "noopener",
        ),
        ({"media_type": None, "sha256": None, "bytes": None, "erased_at": NOW}, "Removed"),
    ],
)
def test_what_is_no_picture_is_never_looked_at_in_place(changed, said):
    text = drawn(piece(**changed))
    assert said in text
    assert "data-look" not in text


def test_who_never_wants_pictures_is_offered_none():
    text = drawn(piece(), pictures="never")
    assert "/evidence/" not in text
    assert "never to see" in text


def test_no_evidence_is_said():
    assert "No evidence is on file." in drawn()
