"""Groups of what is connected: whatever shares a name, and what that shares names with in turn."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def groups_of(count: int, shared: Iterable[tuple[array[int], array[int]]]) -> array[int]:
    """Return the group of each place 0 ... count - 1: the first place of all that are connected.

    `shared` are pairs of places and names, of equal length; a name is a number. Two places beside
    one name are connected.
    """
    links = [_links(np.asarray(places), np.asarray(names)) for places, names in shared]
    one, other = (np.concatenate(ends) for ends in zip(*links, strict=True))
    group = np.arange(count)
    while True:
        # Each group is known by its first place. Of two that a link connects, the later one joins
        # the earlier; then every place is told the group that its group has joined.
        firsts, others = group[one], group[other]
        differ = firsts != others
        if not differ.any():
            return array("q", group.tobytes())
        one, other, firsts, others = one[differ], other[differ], firsts[differ], others[differ]
        np.minimum.at(group, np.maximum(firsts, others), np.minimum(firsts, others))
        while not np.array_equal(group, joined := group[group]):
            group = joined


def _links(places: Places, names: Places) -> tuple[Places, Places]:
    """Return pairs of places that link all those of one name, each to the next."""
    order = np.argsort(names, kind="stable")
    names, places = names[order], places[order]
    same = names[1:] == names[:-1]
    return places[:-1][same], places[1:][same]


def portions_of(places: array[int], groups: array[int], size: int) -> list[array[int]]:
    """Return the places group by group, small groups put together until they have `size` places.

    The places of a portion are in order.
    """
    if not places:
        return []
    group = np.asarray(groups)[places]
    order = np.argsort(group, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(group[order])) + 1, len(order))
    grouped, begin, portions = np.asarray(places)[order], 0, []
    while begin < len(order):
        end = int(ends[np.searchsorted(ends[:-1], begin + size)])
        portions.append(array("q", np.sort(grouped[begin:end]).tobytes()))
        begin = end
    return portions
