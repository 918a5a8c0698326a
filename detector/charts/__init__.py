"""Pictures for people as SVG text: for a notebook, a report and a page alike, without I/O."""

from detector.charts.calibration import calibration_chart
from detector.charts.drawing import Axis
from detector.charts.lines import Dot, Line, LineWords, dot_rows, line_chart
from detector.charts.queue import queue_chart
from detector.charts.seller import seller_chart
from detector.charts.seller_days import SellerWords
from detector.charts.style import Theme, style_sheet

__all__ = [
    "Axis",
    "Dot",
    "Line",
    "LineWords",
    "SellerWords",
    "Theme",
    "calibration_chart",
    "dot_rows",
    "line_chart",
    "queue_chart",
    "seller_chart",
    "style_sheet",
]
