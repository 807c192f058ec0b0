"""The classes that a network's output tells apart."""

from cnncalc.training.classes import class_count


def test_one_output_tells_two_classes_apart():
    assert [class_count((1,)), class_count((2,)), class_count((10,))] == [2, 2, 10]
