"""Every tunable number of the service, with its unit and why it has that value.

Each is read from the environment under ``DETECTOR_`` (``DETECTOR_LEASE_MINUTES=30``); the command
line overrides the three that people change most. What stands in files is put there first, see
`service.cli.environment`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from detector.capacity import Capacity
from detector.durations import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from models import DEFAULT_DIRECTORY
from service.roles import Role

DEFAULT_DATABASE: Final = "sqlite:///detector.sqlite3"
"""A file in the working directory: nothing to install, nothing to start."""
LanguageTag = Literal["en", "de"]
"""What pages can be read in; they are written in the first."""
LogLevel = Literal["debug", "info", "warning", "error"]
CONTRAST_MIN: Final = 4.5
"""Least contrast of words to what is behind them: WCAG 2.2, 1.4.3."""


class Settings(BaseSettings):
    """What an installation may choose."""

    model_config = SettingsConfigDict(env_prefix="DETECTOR_", extra="ignore")

    database: str = Field(DEFAULT_DATABASE, description="Database URL: SQLite or PostgreSQL.")
    models: Path = Field(DEFAULT_DIRECTORY, description="Directory of the trained artifacts.")
    evidence: Path = Field(Path("evidence"), description="Directory of the evidence files.")
    policy: str = Field("standard", description="Bundled deduction policy, or a TOML file.")
    host: str = Field("127.0.0.1", description="Address to listen on; local unless you say so.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")

    log_level: LogLevel = Field(
        "info", description="Least severity of a line of the log: debug, info, warning or error."
    )
    log_requests: bool = Field(True, description="Log a line for each request.")
    root_path: str = Field(
        "",
        description="Prefix of all addresses where the service shares its host, such as "
        "/complaints; the proxy may take it off or leave it.",
    )

    lease_minutes: float = Field(
        15, gt=0, description="How long a claimed case is held without renewing."
    )
    cases_held_max: int = Field(
        10,
        gt=0,
        description="Cases one person may hold at a time: more than anybody decides before a "
        "lease ends, so that nobody keeps the queue from the others.",
    )
    due_hours: float = Field(
        72,
        gt=0,
        description="Hours from opening until a case is due; on pages also a proposal, an appeal "
        "and a withdrawal that wait.",
    )
    queue_fdr: float = Field(
        0.1, gt=0, lt=1, description="Share of false flags accepted among the flagged sellers."
    )
    hold_flags: bool = Field(
        True,
        description="Whether nobody is flagged while the feed is faulty in a way that looks like "
        "spikes: rows twice, categories or sellers under other names.",
    )
    queue_cases_a_day: float = Field(
        5,
        ge=0,
        le=100_000,
        description="Cases that moderators can look at in a day: flagged sellers always have one, "
        "and what is left goes to the sellers that come next. 0 leaves the flagged ones alone.",
    )
    queue_hours_a_day: float | None = Field(
        None,
        ge=0,
        le=100_000,
        description="The same in hours of a day; it counts in place of the cases.",
    )
    queue_minutes_a_case: float = Field(
        20, ge=0.1, description="Minutes that a case takes, where hours a day are given."
    )
    queue_p_max: float = Field(
        0.01,
        gt=0,
        le=0.01,
        description="Floor of evidence for a case that is not flagged: its largest p-value. Chance "
        "brings as much to one seller of a hundred on any day.",
    )
    queue_learns: bool = Field(
        False,
        description="Whether what people found in closed cases moves cases in the order of the "
        "queue, and who gets the room that flags leave. It is learnt and shown either way.",
    )
    queue_explores: float = Field(
        0.2,
        ge=0,
        le=0.5,
        description="While a challenger is on trial: share of the cases of a day that goes to "
        "sellers whom it alone names, drawn by lot. One of five a day is 28 in its time; 0 draws "
        "nobody.",
    )
    queue_levels: float = Field(
        0,
        ge=0,
        le=0.5,
        description="Share of the cases of a day that may go to sellers bad by level, each one "
        "until its level tells more; 0 looks for none.",
    )
    shadow_days: float = Field(
        28,
        gt=0,
        le=365,
        description="Days that a challenger scores the market in shadow, from when it got its "
        "alias.",
    )
    audits_a_week: int = Field(
        20,
        ge=1,
        le=10_000,
        description="Sellers without a case that are drawn in a week, on average, to see what the "
        "score misses: 20 tell it to 2.5 points in a quarter.",
    )
    retain_days: float = Field(
        730, gt=0, description="Days from a complaint's end until its buyer's data may be removed."
    )
    snapshot_minutes: float = Field(
        10, gt=0, description="How often the whole market is scored again."
    )
    refresh_share: float = Field(
        0.1,
        gt=0,
        le=1,
        description="Share of 28 days' complaints that, arriving between two snapshots, has the "
        "whole market scored first: a week's backlog is a quarter, ten usual minutes 1 in 4,000.",
    )
    work: bool = Field(True, description="Score in this process as complaints arrive.")
    work_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port at which `detector work` answers /healthz, /readyz and /metrics; 0 takes "
        "a free one, and unset it answers nowhere.",
    )

    console: bool = Field(
        True, description="Serve pages for people beside the API; false serves the API alone."
    )
    public_url: str | None = Field(
        None,
        description="Scheme and host under which people reach the pages, such as "
        "https://moderation.example.org; by default what the request says.",
    )
    public: bool = Field(
        False,
        description="Serve pages for buyers and sellers without an account. Everybody can write to "
        "them, so switch them on when somebody reads what comes in.",
    )
    public_languages: tuple[LanguageTag, ...] = Field(
        ("en", "de"),
        min_length=1,
        description="Languages that these pages offer, the first for who asks for none of them.",
    )
    public_requests_per_second: float = Field(
        5,
        ge=0.25,
        description="Requests to these pages that one address, and one link, may make a second.",
    )
    public_days: float = Field(
        14,
        gt=0,
        description="Days within which these pages say that a complaint is decided: your own aim, "
        "which nothing enforces.",
    )
    public_notices_per_day: float = Field(
        20,
        gt=0,
        description="Notices without a link that one address may send a day; half may come at "
        "once.",
    )
    offer_address: str | None = Field(
        None,
        description="Address of an offer on your marketplace, such as "
        "https://shop.example/{seller_id}/{listing_id}: what a notice's address tells by it.",
    )
    marketplace: str = Field("", description="What these pages call the marketplace.")
    marketplace_logo: str | None = Field(
        None, description="Address of a picture that these pages show on top, by https."
    )
    marketplace_colour: str | None = Field(
        None,
        description="Colour of their top and buttons, such as #0b57a4; white must be readable on "
        "it.",
    )
    marketplace_help: dict[str, str] = Field(
        default={}, description="Links below these pages, as JSON: what each says, its address."
    )
    language: LanguageTag = Field(
        "en",
        description="Language of the pages, `en` or `de`, for who chose none and whose browser "
        "asks for none that there is.",
    )
    session_idle_minutes: float = Field(
        60, gt=0, description="A session that is not used for so long ends."
    )
    sign_ins_per_second: float = Field(
        2.5, gt=0, description="Sign-ins that one address may try a second, on average."
    )
    session_hours: float = Field(
        12, gt=0, description="A session ends after so long however much it is used."
    )

    body_bytes_max: int = Field(
        16_000_000, gt=0, description="Largest request body in bytes; larger is 413."
    )
    evidence_bytes_max: int = Field(
        10_000_000, gt=0, description="Largest evidence file in bytes: a good photograph."
    )
    evidence_pieces_max: int = Field(
        50,
        gt=0,
        description="Most pieces of evidence of a party to a complaint: more than anybody reads.",
    )
    picture_pixels_max: int = Field(
        50_000_000,
        gt=0,
        description="Most pixels of a picture, all frames together: a good camera's; more is 413.",
    )
    requests_per_second: float = Field(
        2_000, gt=0, description="Requests one key may make a second, on average; more is 429."
    )
    events_per_second: float = Field(
        10_000,
        gt=0,
        description="Events of sellers' long logs one key may have folded a second, on average; "
        "more is 429. These take a quarter of a core.",
    )
    requests_at_once: int = Field(
        200, gt=0, description="Requests under way in one process; more are 503 at once."
    )
    requests_at_once_per_key: int = Field(
        100, gt=0, description="Of those, requests of one key; more are 503 at once."
    )
    body_seconds_max: float = Field(
        30, gt=0, description="Longest time a client may take to send a body; slower is 408."
    )
    batch_max: int = Field(10_000, gt=0, description="Most rows in one request.")
    page_max: int = Field(500, gt=0, description="Most rows on one page.")
    oidc_issuer: str | None = Field(
        None, description="Identity provider whose tokens people may sign in with; none if unset."
    )
    oidc_audience: str | None = Field(None, description="What a token must be meant for.")
    oidc_jwks: str | None = Field(
        None, description="The provider's public keys: an https address, or a file."
    )
    oidc_role_claim: str = Field("roles", description="Where a token tells roles; dots lead in.")
    oidc_person_claim: str = Field(
        "sub", description="What a token calls its person; it must never be given to another."
    )
    oidc_roles: dict[str, Role] = Field(
        default={}, description="The provider's words for our roles, as JSON; others give none."
    )
    oidc_leeway_seconds: float = Field(
        30, ge=0, le=300, description="How far the provider's clock may be from ours."
    )
    oidc_client_id: str | None = Field(
        None,
        description="What the provider calls these pages; with it, people sign in there from the "
        "login page.",
    )
    oidc_client_secret: SecretStr | None = Field(
        None, description="What the pages prove it by; unset for a public client."
    )
    oidc_discovery: str | None = Field(
        None,
        description="The provider's discovery document; by default below the issuer, under "
        "/.well-known/openid-configuration.",
    )
    oidc_scope: str = Field(
        "openid", description="What the pages ask the provider for: openid, and more for roles."
    )
    compare_events_max: int = Field(
        50_000, gt=0, description="Longest log that a request may fold under other rules."
    )
    compare_apart_events: int = Field(
        1_000, ge=0, description="Longest log folded beside other requests; others get a process."
    )
    audit_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key that seals the record of decisions: without it nobody can forge one.",
    )
    clock_skew_seconds: float = Field(
        300, ge=0, description="How far ahead of ours the clock of a client or another host may be."
    )
    key_cache_seconds: float = Field(
        2, ge=0, description="How long a checked key is believed; a revocation takes this long."
    )
    lock_seconds: float = Field(
        3, gt=0, description="Longest wait for a lock in PostgreSQL; longer is 503."
    )
    statement_seconds: float = Field(
        30, gt=0, description="Longest statement of a request in PostgreSQL; longer is 503."
    )
    prepared: bool = Field(
        True,
        description="Prepare statements that PostgreSQL gets again and again. A pooler that hands "
        "connections on after each transaction and knows no prepared statements needs false.",
    )
    forwarded_from: str = Field(
        "127.0.0.1,::1",
        description="Addresses of proxies, or their networks, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed; * believes everybody.",
    )
    pool_size: int = Field(
        20,
        gt=0,
        description="Most database connections of one process; on PostgreSQL as many again that "
        "only file single complaints.",
    )

    @property
    def lease_us(self) -> int:
        """How long a claimed case is leased, in microseconds."""
        return int(self.lease_minutes * MINUTE_US)

    @property
    def due_us(self) -> int:
        """How long until a case is due, in microseconds."""
        return int(self.due_hours * HOUR_US)

    @property
    def capacity(self) -> Capacity:
        """What moderators can look at, and the least evidence that is worth it."""
        hours = self.queue_hours_a_day
        cases = self.queue_cases_a_day if hours is None else 60 * hours / self.queue_minutes_a_case
        return Capacity(cases, self.queue_p_max)

    @property
    def snapshot_us(self) -> int:
        """How long a snapshot of the whole market is used, in microseconds."""
        return int(self.snapshot_minutes * MINUTE_US)

    @property
    def retain_us(self) -> int:
        """How long what buyers gave is kept after a complaint's end, in microseconds."""
        return int(self.retain_days * DAY_US)

    @property
    def session_idle_us(self) -> int:
        """How long an unused session lasts, in microseconds."""
        return int(self.session_idle_minutes * MINUTE_US)

    @property
    def session_us(self) -> int:
        """How long a session lasts at most, in microseconds."""
        return int(self.session_hours * HOUR_US)

    @property
    def skew_us(self) -> int:
        """How far ahead a client's clock may be, in microseconds."""
        return int(self.clock_skew_seconds * SECOND_US)

    @field_validator("oidc_jwks")
    @classmethod
    def _keys_come_safely(cls, source: str | None) -> str | None:
        if source is not None and not is_trustworthy(source):
            raise ValueError("must be an https address, or a file")
        return source

    @property
    def discovery(self) -> str:
        """Where the identity provider says how people sign in."""
        below = f"{(self.oidc_issuer or '').rstrip('/')}/.well-known/openid-configuration"
        return self.oidc_discovery or below

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise ValueError("must be scheme and host, such as https://moderation.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("root_path")
    @classmethod
    def _is_a_prefix(cls, path: str) -> str:
        path = path.rstrip("/")
        if path and not re.fullmatch(r"(/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])+", path):
            raise ValueError("must begin with a slash and need no escapes, such as /complaints")
        return path

    @field_validator("marketplace_logo")
    @classmethod
    def _logo_comes_safely(cls, address: str | None) -> str | None:
        if address is not None and ("://" not in address or not is_trustworthy(address)):
            raise ValueError("must be an https address")
        return address

    @field_validator("offer_address")
    @classmethod
    def _offer_tells_its_seller(cls, template: str | None) -> str | None:
        names = re.findall(r"\{([^{}]*)\}", template or "")
        is_known = set(names) <= {"seller_id", "listing_id"} and len(set(names)) == len(names)
        if template is not None and not ("seller_id" in names and is_known):
            raise ValueError("must hold {seller_id}, may hold {listing_id}, each once")
        return template

    @field_validator("marketplace_help")
    @classmethod
    def _help_is_on_the_web(cls, links: dict[str, str]) -> dict[str, str]:
        for address in links.values():
            if urlsplit(address).scheme not in ("https", "http", "mailto"):
                raise ValueError(f"{address!r} must be an address of the web or of mail")
        return links

    @field_validator("marketplace_colour")
    @classmethod
    def _white_is_readable(cls, colour: str | None) -> str | None:
        if colour is None:
            return None
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise ValueError("must be six digits after a #, such as #0b57a4")
        if contrast_to_white(colour) < CONTRAST_MIN:
            raise ValueError(
                f"white on it has a contrast below {CONTRAST_MIN}:1; choose a darker one"
            )
        return colour.lower()

    @model_validator(mode="after")
    def _identity_provider_is_whole(self) -> Self:
        given = (self.oidc_issuer, self.oidc_audience, self.oidc_jwks)
        if any(given) and not all(given):
            raise ValueError("OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS go together")
        if all(given) and not self.oidc_roles:
            raise ValueError(
                "OIDC_ROLES says which of the provider's words give which role, for example "
                """{"moderators": "moderator"}; without it a token gives nobody a role"""
            )
        if self.oidc_client_id is None:
            if self.oidc_client_secret is not None:
                raise ValueError("OIDC_CLIENT_SECRET goes with OIDC_CLIENT_ID")
        elif not all(given):
            raise ValueError("OIDC_CLIENT_ID goes with OIDC_ISSUER, OIDC_AUDIENCE and OIDC_JWKS")
        elif "://" not in self.discovery or not is_trustworthy(self.discovery):
            raise ValueError("OIDC_DISCOVERY, or OIDC_ISSUER without it, must be an https address")
        return self


def contrast_to_white(colour: str) -> float:
    """The contrast of white on a colour such as ``#0b57a4``, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue)


def is_trustworthy(source: str) -> bool:
    """Whether nobody on the way could change what is read: https, this machine, or a file."""
    if "://" not in source:
        return True
    parts = urlsplit(source)
    is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and is_local)
