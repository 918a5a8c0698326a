import pytest

from detector.nouns import counted


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 sellers"), (1, "1 seller"), (2, "2 sellers"), (1_200, "1,200 sellers")],
)
def test_one_is_singular_and_all_else_plural(count, text):
    assert counted(count, "seller") == text


def test_an_irregular_plural_is_given():
    assert counted(2, "category", "categories") == "2 categories"
    assert counted(1, "category", "categories") == "1 category"
