"""Templates: what every page has, and how times and numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from gettext import NullTranslations
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from detector.durations import DAY_US, HOUR_US, MINUTE_US
from detector.instants import text_of
from detector.rules.instants import duration_text
from service.console.pages.keyboard import KEYS
from service.console.pages.said import SAID
from service.http.context import AppContext
from service.http.fields import day_text
from service.intake.evidence.rules import is_picture, official_photo
from service.roles import ADMINS, READERS, Role

FOLDER: Final = Path(__file__).parents[1]
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""A page runs and shows what this service sent, and nothing that stands in a complaint."""


class Entry(NamedTuple):
    """A page that every page leads to, for who may open it."""

    address: str
    name: str
    roles: frozenset[Role] = READERS
    counted: str = ""
    """The count of what waits there, as `Desk` names it."""


NAV: Final = (
    Entry("/queue", "Queue"),
    Entry("/proposals", "Proposals", counted="proposals"),
    Entry("/approvals", "Approvals", counted="sanctions"),
    Entry("/appeals", "Appeals", counted="appeals"),
    Entry("/withdrawals", "Withdrawals", counted="withdrawals"),
    Entry("/overview", "Overview"),
    Entry("/rules", "Rules"),
    Entry("/models", "Models"),
    Entry("/audit", "Audit"),
    Entry("/admin", "Admin", ADMINS),
)
"""The pages that every page leads to, in order."""
CHOICES: Final = {
    "theme": ("auto", "light", "dark"),
    "keys": ("on", "off"),
    "pictures": ("veiled", "never"),
    "colours": ("all", "grey"),
}
"""What a reader may choose, kept in cookies; the first of each is what holds without a choice."""


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401
    """A page from a template, which knows who looks at it and when."""
    context: AppContext = request.app.state.context
    session = getattr(request.state, "session", None)
    page = environment().get_template(template)
    text = page.render(
        request=request,
        path=request.url.path,
        session=session,
        caller=None if session is None else session.caller,
        now=context.clock(),
        zone=zone_of(request),
        theme=chosen(request, "theme"),
        keys_on=chosen(request, "keys") == "on",
        pictures=chosen(request, "pictures"),
        colours=chosen(request, "colours"),
        keys=KEYS,
        said=SAID.get(request.query_params.get("said", "")),
        nav_counts=getattr(request.state, "waiting", {}),
        nav=[] if session is None else nav_for(session.caller.role),
        **values,
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(text, status, headers)


def nav_for(role: Role) -> list[Entry]:
    """The entries that a role may open."""
    return [entry for entry in NAV if role in entry.roles]


def unless_unchanged(request: Request, facts: Any, draw: Callable[[], Response]) -> Response:  # noqa: ANN401
    """What `draw` answers, or 304 without it where the browser has it for the same facts."""
    tag = f'"{sha256(repr(facts).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    answer = draw()
    answer.headers.update(headers)
    return answer


@cache
def environment() -> Environment:
    """The templates, each escaped whatever its name."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "iso": text_of,
        "clock_time": clock_time,
        "apart": apart,
        "in_path": in_path,
        "official_photo": official_photo,
        "duration": duration_text,
        "day_text": day_text,
        "round_number": round_number,
    }
    made.tests["picture"] = is_picture
    made.globals |= {"static": static_path}
    return made


def zone_of(request: Request) -> ZoneInfo:
    """The time zone that the reader chose; UTC by default."""
    name = request.cookies.get("zone", "UTC")
    return ZoneInfo(name if name in zones() else "UTC")


@cache
def zones() -> frozenset[str]:
    """The names of time zones."""
    return frozenset(available_timezones()) | {"UTC"}


def chosen(request: Request, name: str) -> str:
    """What the reader chose of one of the `CHOICES`."""
    allowed = CHOICES[name]
    kept = request.cookies.get(name)
    return kept if kept in allowed else allowed[0]


def clock_time(instant: int, zone: ZoneInfo) -> str:
    """An instant as people of a zone write it, to the minute: ``27 Nov 2026, 05:12 UTC``."""
    at = datetime.fromtimestamp(instant / 1e6, UTC).astimezone(zone)
    return f"{at.day} {at:%b %Y, %H:%M %Z}"


def apart(instant: int, now: int) -> str:
    """How far an instant is from now: ``3 h ago``, ``in 2 d``."""
    span = abs(instant - now)
    for unit, length in (("d", DAY_US), ("h", HOUR_US), ("min", MINUTE_US)):
        if span >= (2 * length if unit == "d" else length):
            return (
                f"in {span // length} {unit}" if instant > now else f"{span // length} {unit} ago"
            )
    return "now"


def round_number(number: float) -> str:
    """A number of any size as people say it, to two digits: ``350``, ``12 million``."""
    rounded = float(f"{number:.2g}")
    if rounded < 10:
        return f"{rounded:g}"
    fitting = [one for one in _SIZES if rounded >= one[0]]
    if not fitting:
        return f"{rounded:,.0f}"
    size, word = fitting[0]
    share = rounded / size
    return f"more than 1,000 {word}" if share >= 1_000 else f"{share:.3g} {word}"


_SIZES: Final = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def in_path(name: str) -> str:
    """An id as part of an address, whatever it is made of."""
    return quote(name, safe="")


@cache
def static_path(name: str) -> str:
    """The address of a file of the pages; it changes with the file, so it may be kept for good."""
    return f"/static/{name}?v={sha256((FOLDER / 'static' / name).read_bytes()).hexdigest()[:12]}"
