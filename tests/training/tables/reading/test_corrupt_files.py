import zlib

import pyarrow as pa
import pytest

from detector.errors import BadInput
from training.tables.reading.corrupt_files import corruption_refused


@pytest.mark.parametrize(
    "why",
    [pa.ArrowInvalid("odd\nbytes"), OSError("odd"), EOFError(), zlib.error("odd")],
    ids=["arrow", "system", "end", "zlib"],
)
def test_what_libraries_raise_becomes_one_line_that_names_the_file(tmp_path, why):
    with pytest.raises(BadInput) as refused, corruption_refused(tmp_path / "x"):
        raise why
    assert str(refused.value).startswith(f"{tmp_path}/x: cannot be read")
    assert "\n" not in str(refused.value)


def test_refusals_pass_as_they_are(tmp_path):
    with pytest.raises(BadInput, match=r"^as it is$"), corruption_refused(tmp_path):
        raise BadInput("as it is")
