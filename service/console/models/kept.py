"""What is kept with a version, as a page reads and draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from detector.charts import Axis, Line, LineWords, line_chart
from detector.errors import Refusal
from service.console.languages.speaking import gettext
from service.console.pages.parts import Part, Value
from service.refusals import NoBudgets, NoDrift, NoVerdictKept


def kept(read: Callable[[], Value]) -> Part[Value]:
    """What is kept with a version; or neither, or why it cannot be read."""
    try:
        return Part(read())
    except (NoBudgets, NoDrift, NoVerdictKept):
        return Part(None)
    except Refusal as refusal:
        return Part(None, str(refusal))


def drawn(
    title: str, across: Axis, up: Axis, lines: Sequence[Line], mark: tuple[float, str]
) -> Markup:
    """Lines as SVG, described in the language of the page."""
    words = LineWords(
        axes=gettext("Across: {x}. Up: {y}."),
        ends=gettext("{name}: {first} at {start}, {last} at {end}."),
    )
    svg = line_chart(title, across, up, lines, marks=[mark], theme="page", words=words)
    return Markup(svg)  # noqa: S704 - the chart escapes every text in it
