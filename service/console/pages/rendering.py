"""Templates: what every page has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from detector.instants import text_of
from service.console.languages import writing
from service.console.languages.catalogues import language
from service.console.languages.choice import VARY
from service.console.languages.speaking import gettext, marked, spoken
from service.console.pages.browsers import browser_name
from service.console.pages.keyboard import KEYS
from service.console.pages.labels import label_said
from service.console.pages.reasons import chances_of, lacks_of, priority_of, reasons_of
from service.console.pages.said import SAID
from service.console.pages.words import english, word
from service.http.context import AppContext
from service.http.cookies import forget_cookie
from service.http.fields import day_text
from service.http.prefix import addresses_below
from service.intake.evidence.rules import is_picture, official_photo
from service.roles import ADMINS, READERS, Role
from service.settings import Settings

FOLDER: Final = Path(__file__).parents[1]
TEMPLATES: Final = (FOLDER, FOLDER.parent / "portal")
"""Where templates lie: those of people who are signed in, and of people without an account."""
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
    is_public: bool = False
    """Whether there is nothing without the public pages."""


NAV: Final = (
    Entry("/queue", marked("Queue")),
    Entry("/proposals", marked("Proposals"), counted="proposals"),
    Entry("/approvals", marked("Approvals"), counted="sanctions"),
    Entry("/appeals", marked("Appeals"), counted="appeals"),
    Entry("/withdrawals", marked("Withdrawals"), counted="withdrawals"),
    Entry("/reports", marked("Notices"), counted="reports", is_public=True),
    Entry("/overview", marked("Overview")),
    Entry("/rules", marked("Rules")),
    Entry("/models", marked("Models")),
    Entry("/audit", marked("Audit")),
    Entry("/admin", marked("Admin"), ADMINS),
)
"""The pages that every page leads to, in order."""
SAID_COOKIE: Final = "said"
"""What the next page has to say still: a page that is loaded again is silent, also without scripts,
and nobody else's link makes a page say what was not done."""
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
    page = environment(spoken().tag).get_template(template)
    said = _said(request)
    text = page.render(
        request=request,
        path=request.scope["raw_path"].decode("ascii", "replace"),
        session=session,
        caller=None if session is None else session.caller,
        now=context.clock(),
        language=spoken(),
        zone=zone_of(request),
        theme=chosen(request, "theme"),
        keys_on=chosen(request, "keys") == "on",
        pictures=chosen(request, "pictures"),
        colours=chosen(request, "colours"),
        keys=KEYS,
        said=said,
        nav_counts=getattr(request.state, "waiting", {}),
        nav=[] if session is None else nav_for(session.caller.role, context.settings),
        **values,
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": VARY}
    response = HTMLResponse(addresses_below(context.settings.root_path, text), status, headers)
    if said:
        forget_cookie(response, request, SAID_COOKIE)
    return response


def _said(request: Request) -> str:
    """What was done, as the address names it; empty where it names nothing, or was said before."""
    name = request.query_params.get("said", "")
    said = SAID.get(name) if request.cookies.get(SAID_COOKIE) == name else None
    return "" if said is None else gettext(said)


def nav_for(role: Role, settings: Settings) -> list[Entry]:
    """The entries that a role may open, of what an installation serves."""
    served = [entry for entry in NAV if settings.public or not entry.is_public]
    return [entry for entry in served if role in entry.roles]


def unless_unchanged(request: Request, facts: Any, draw: Callable[[], Response]) -> Response:  # noqa: ANN401
    """What `draw` answers, or 304 without it where the browser has it for the same facts."""
    seen = repr((spoken().tag, facts))
    tag = f'"{sha256(seen.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": VARY}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    answer = draw()
    answer.headers.update(headers)
    return answer


@cache
def environment(tag: str) -> Environment:
    """The templates in a language, each escaped whatever its name.

    Each language has its own, as a template keeps what its imports said when it was first drawn.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(language(tag).translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "iso": text_of,
        "browser": browser_name,
        "calendar_day": writing.calendar_day,
        "clock_time": writing.clock_time,
        "apart": writing.apart,
        "in_path": in_path,
        "official_photo": official_photo,
        "duration": writing.duration,
        "within": writing.within,
        "day_text": day_text,
        "number": writing.number,
        "signed": writing.signed,
        "percent": writing.percent,
        "round_number": writing.round_number,
        "begun": writing.begun,
        "word": word,
        "reasons": reasons_of,
        "chances": chances_of,
        "lacks": lacks_of,
        "priority": priority_of,
        "label_said": label_said,
        "file_size": writing.file_size,
        "english": english,
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
    """The names of time zones, without those that name a machine's own or none."""
    return frozenset(available_timezones()) - {"Factory", "localtime"} | {"UTC"}


def chosen(request: Request, name: str) -> str:
    """What the reader chose of one of the `CHOICES`."""
    allowed = CHOICES[name]
    kept = request.cookies.get(name)
    return kept if kept in allowed else allowed[0]


def in_path(name: str) -> str:
    """An id as part of an address, whatever it is made of."""
    return quote(name, safe="")


@cache
def static_path(name: str) -> str:
    """The address of a file of the pages; it changes with the file, so it may be kept for good."""
    return f"/static/{name}?v={sha256((FOLDER / 'static' / name).read_bytes()).hexdigest()[:12]}"
