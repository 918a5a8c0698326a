"""A damaged name becomes the one whole name that it can have been, or stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from training.tables.importers.damaged_names import DAMAGE, whole_names

names = st.text(st.sampled_from("Itau áéíçõ"), min_size=1, max_size=8)


def damaged(name, as_bytes):
    encoded = name.encode("utf-8" if as_bytes else "latin-1")
    return encoded.decode("ascii" if as_bytes else "utf-8", "replace")


@given(st.sets(names, min_size=1, max_size=6), st.data())
def test_a_damaged_name_is_never_taken_for_another(whole, data):
    name = data.draw(st.sampled_from(sorted(whole)))
    broken = damaged(name, data.draw(st.booleans()))
    found = whole_names([*whole, broken])
    assert set(found) <= {broken}
    if broken != name:
        alike = {one for one in whole if broken in (damaged(one, True), damaged(one, False))}
        assert found.get(broken) in ([name, None] if alike == {name} else [None])


@given(names, st.booleans())
def test_the_only_name_there_is_is_found(name, as_bytes):
    broken = damaged(name, as_bytes)
    assert whole_names([name, "Banco", broken]) == ({broken: name} if broken != name else {})


def test_real_names_are_found_and_ambiguous_ones_left():
    whole = ["Pão de Açúcar", "Itaú Seguros", "Itaú", "Avô", "Avó"]
    broken = [f"P{DAMAGE}o de A{DAMAGE}{DAMAGE}car", f"Ita{DAMAGE} Seguros", f"Av{DAMAGE}"]
    assert whole_names([*whole, *broken]) == {broken[0]: whole[0], broken[1]: whole[1]}
