import numpy as np

from cnncalc.ops.read_only import held_apart


def test_what_someone_may_write_to_is_copied():
    numbers = np.arange(3.0)
    view = numbers[1:]
    view.flags.writeable = False
    for given in (numbers, view):
        held = held_apart(given)
        numbers[2] += 1
        assert held[-1] == numbers[2] - 1


def test_what_nobody_may_write_to_is_not_copied():
    numbers = np.arange(3.0)
    numbers.flags.writeable = False
    assert held_apart(numbers) is numbers
    view = numbers[1:]
    assert held_apart(view) is view


def test_what_lies_in_memory_of_another_kind_is_copied():
    memory = bytearray(8)
    numbers = np.frombuffer(memory, np.float64)
    numbers.flags.writeable = False
    assert not np.shares_memory(held_apart(numbers), numbers)
