"""Pages bring the charts' own style sheet, as a file."""

from detector.charts import style_sheet
from service.console.pages.rendering import FOLDER


def test_the_file_is_the_charts_style_sheet():
    assert (FOLDER / "static" / "charts.css").read_text() == style_sheet()
