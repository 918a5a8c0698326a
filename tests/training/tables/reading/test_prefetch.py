"""Looking ahead changes the time that reading takes, and nothing else."""

import threading

import pytest

from training.tables.reading.prefetch import AHEAD, one_at_a_time, prefetch


class Broken(Exception):  # noqa: N818 - a stand-in
    pass


def numbers(until, broken_at=None):
    for number in range(until):
        if number == broken_at:
            raise Broken("reading")
        yield number


def refusing(*places):
    def take(number):
        if number in places:
            raise Broken(f"taking {number}")

    return take


@pytest.mark.parametrize("go_through", [prefetch, one_at_a_time])
@pytest.mark.parametrize("many", [0, 1, AHEAD, 20])
def test_what_is_found_is_taken_in_order_by_the_caller(go_through, many):
    taken = []

    def take(found):
        assert threading.current_thread() is threading.main_thread()
        taken.append(found)

    go_through(numbers(many), lambda number: 10 * number, take)
    assert taken == [10 * number for number in range(many)]


def test_few_batches_are_held_at_a_time():
    held, most = set(), []

    def batches():
        for number in range(30):
            held.add(number)
            most.append(len(held))
            yield number

    prefetch(batches(), lambda number: number, held.discard)
    assert max(most) <= AHEAD + 1


@pytest.mark.parametrize("go_through", [prefetch, one_at_a_time])
@pytest.mark.parametrize("bad", [(0, 1, 2), (4, 5), (9,)])
def test_the_first_bad_batch_is_the_one_told_of(go_through, bad):
    with pytest.raises(Broken, match=f"taking {bad[0]}"):
        go_through(numbers(10, broken_at=bad[0] + 1), lambda number: number, refusing(*bad))


def test_what_looking_raises_is_raised_in_its_turn():
    def look(number):
        if number in (3, 4):
            raise Broken(f"looking at {number}")
        return number

    taken = []
    with pytest.raises(Broken, match="looking at 3"):
        prefetch(numbers(10), look, taken.append)
    assert taken == [0, 1, 2]


def test_a_batch_that_cannot_be_read_is_told_of_after_those_before_it():
    taken = []
    with pytest.raises(Broken, match="reading"):
        prefetch(numbers(10, broken_at=5), lambda number: number, taken.append)
    assert taken == list(range(5))


def test_no_thread_outlives_the_call():
    before = threading.active_count()
    with pytest.raises(Broken):
        prefetch(numbers(10), lambda number: number, refusing(3))
    assert threading.active_count() == before
