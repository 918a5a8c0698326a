"""Spans for OpenTelemetry, where the extra `traces` is installed and OTEL_* says where they go.

Elsewhere a span is nothing, and nothing that makes or sends spans is imported. A span says which
route, how many sellers or which kind of event, and never an id, an address or a person's words: the
address of a link is as good as a key.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

Facts = Mapping[str, str | int]
EXTRA: Final = "pip install 'suspicious-seller-detector[traces]'"
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SENT_BY: Final = "http/protobuf"
UNTRACED: Final[Any] = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)
"""For the framework, whose own spans hold whole addresses, and so the tokens of links."""
_provider: TracerProvider | None = None
"""Of this process; it changes what is told of the work, and nothing of the work."""


class Span:
    """A piece of work under way; nothing where no spans are made."""

    def __init__(self, made: trace.Span | None = None) -> None:
        self._made = made

    @property
    def ids(self) -> dict[str, str]:
        """What lines of the log say, to be found by."""
        context = None if self._made is None else self._made.get_span_context()
        return {} if context is None else {"trace_id": f"{context.trace_id:032x}"}

    def note(self, facts: Facts, *, name: str | None = None) -> None:
        """Add facts, and give it the name that is known by now."""
        if self._made is not None:
            self._made.set_attributes(facts)
            if name is not None:
                self._made.update_name(name)

    def fail(self, kind: str) -> None:
        """Say that it failed, and how: a class or a status, never a message."""
        if self._made is not None:
            from opentelemetry.trace import StatusCode

            self._made.set_attribute("error.type", kind)
            self._made.set_status(StatusCode.ERROR)


NOTHING: Final = Span()


@contextmanager
def span(
    name: str,
    facts: Facts | None = None,
    *,
    kind: Literal["INTERNAL", "SERVER", "CLIENT"] = "INTERNAL",
    asked_with: Mapping[str, str] | None = None,
) -> Iterator[Span]:
    """A span around a piece of work, below the one whose headers it was `asked_with`."""
    if _provider is None:
        yield NOTHING
        return
    from opentelemetry import propagate
    from opentelemetry.trace import SpanKind

    parent = None if asked_with is None else propagate.extract(asked_with)
    with _provider.get_tracer("detector").start_as_current_span(
        name,
        context=parent,
        kind=SpanKind[kind],
        attributes=facts,
        record_exception=False,  # a message may hold an id
        set_status_on_exception=False,
    ) as made:
        current = Span(made)
        try:
            yield current
        except BaseException as error:
            current.fail(type(error).__name__)
            raise


def headers_of_span() -> dict[str, str]:
    """What tells a receiver below which span it was asked; nothing where there is none."""
    carrier: dict[str, str] = {}
    if _provider is not None:
        from opentelemetry import propagate

        propagate.inject(carrier)
    return carrier


def start(part: str, environment: Mapping[str, str]) -> str | None:
    """Make spans from now on, if the environment asks for it; else why not, if it asks in vain."""
    wanted = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    asks = "OTEL_TRACES_EXPORTER" in environment or any(map(environment.get, ENDPOINTS))
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or wanted == "none" or not asks:
        return None
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        return f"OTEL_* asks for traces, which take an extra: {EXTRA}"
    if wanted not in ("otlp", "console"):
        return f"OTEL_TRACES_EXPORTER={wanted} is none of otlp, console, none; no traces are sent"
    protocol = next(filter(None, map(environment.get, PROTOCOLS)), SENT_BY)
    if wanted == "otlp" and protocol != SENT_BY:
        return f"traces are sent by {SENT_BY} and not by {protocol}; no traces are sent"
    trace_with(_provider_for(part, wanted, environment))
    return None


def trace_with(provider: TracerProvider | None) -> None:
    """Make spans by a provider from now on; None ends it."""
    global _provider  # noqa: PLW0603 - a process has one
    _provider = provider


def stop() -> None:
    """Send what was not sent yet, and make no more spans."""
    if _provider is not None:
        _provider.shutdown()
        trace_with(None)


def _provider_for(part: str, wanted: str, environment: Mapping[str, str]) -> TracerProvider:
    """A provider as OTEL_* says; its sampler and its batches read their own variables."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    is_named = "OTEL_SERVICE_NAME" in environment or "service.name=" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    resource = Resource.create({} if is_named else {"service.name": f"detector-{part}"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(_exporter(wanted)))
    return provider


def _exporter(wanted: str) -> SpanExporter:
    if wanted == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
