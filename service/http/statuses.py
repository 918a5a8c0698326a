"""The HTTP status of every refusal, in one table; a test finds the one that is missing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from detector.errors import (
    BadArtifact,
    BadInput,
    BadPolicy,
    GateRefused,
    ModelPinned,
    NotEnoughHistory,
    Refusal,
    TrainingUnderWay,
)
from service.refusals import (
    Away,
    CodeLocked,
    CodeMissing,
    Conflict,
    CrossSite,
    EventRefused,
    InsecureSignIn,
    KeyReused,
    LargeBody,
    Missing,
    NoKey,
    PartyMissing,
    ReasonMissing,
    ResponseErased,
    SameModerator,
    SessionEnded,
    SignInDenied,
    SignInLapsed,
    SlowBody,
    TooManyRequests,
    UnknownKey,
    VerdictRefused,
    VersionChanged,
    WrongMediaType,
    WrongRole,
)

STATUS: Final[dict[type[Refusal], HTTPStatus]] = {
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotEnoughHistory: HTTPStatus.UNPROCESSABLE_ENTITY,
    GateRefused: HTTPStatus.CONFLICT,
    ModelPinned: HTTPStatus.CONFLICT,
    TrainingUnderWay: HTTPStatus.CONFLICT,
    BadPolicy: HTTPStatus.SERVICE_UNAVAILABLE,
    BadArtifact: HTTPStatus.SERVICE_UNAVAILABLE,
    NoKey: HTTPStatus.UNAUTHORIZED,
    UnknownKey: HTTPStatus.UNAUTHORIZED,
    SessionEnded: HTTPStatus.UNAUTHORIZED,
    SignInLapsed: HTTPStatus.UNAUTHORIZED,
    SignInDenied: HTTPStatus.FORBIDDEN,
    CodeLocked: HTTPStatus.FORBIDDEN,
    CodeMissing: HTTPStatus.FORBIDDEN,
    CrossSite: HTTPStatus.FORBIDDEN,
    InsecureSignIn: HTTPStatus.FORBIDDEN,
    WrongRole: HTTPStatus.FORBIDDEN,
    SameModerator: HTTPStatus.FORBIDDEN,
    Missing: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    ResponseErased: HTTPStatus.GONE,
    VersionChanged: HTTPStatus.PRECONDITION_FAILED,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    VerdictRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    EventRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ReasonMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
    PartyMissing: HTTPStatus.UNPROCESSABLE_ENTITY,
    SlowBody: HTTPStatus.REQUEST_TIMEOUT,
    LargeBody: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    WrongMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Away: HTTPStatus.SERVICE_UNAVAILABLE,
}


def status_of(kind: type[Refusal]) -> HTTPStatus:
    """The HTTP status of a refusal: its own, or that of its nearest ancestor in the table.

    Raises KeyError for a refusal nobody has given a status.
    """
    for ancestor in kind.__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    raise KeyError(kind.__name__)
