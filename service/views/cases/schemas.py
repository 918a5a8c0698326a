"""What the cases' views answer."""

from __future__ import annotations

from service.http.fields import ResponseBody


class CaseCounts(ResponseBody):
    """How many complaints about a case's seller there are, and how many wait for a verdict."""

    complaints: int
    waiting: int


class ComplainantsShown(ResponseBody):
    """Who complained about a seller of late, and what became of their complaints elsewhere.

    Buyers whom a complaint does not name are `nameless`; each of the others counts once. Notices by
    people without an account are `unverified`.
    """

    days: int
    complaints: int
    nameless: int
    unverified: int
    buyers: int
    first_time: int
    upheld: int
    rejected: int
    unfounded: int
    warned: int
    muted: int
    belief: float
    categories: dict[str, int]
