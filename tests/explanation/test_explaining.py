import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.errors import OptionError
from cnncalc.explanation import explain, follow
from cnncalc.trace import record

IMAGE = np.array(GRIDS["6x6"], dtype=float)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=float).reshape(3, 3, 1, 1)


def trace(**options):
    return record(Calculation(CROSS, **options).network((6, 6, 1)), IMAGE)


def test_the_articles_first_number_is_written_out():
    [explanation] = follow(trace(), (0, 0))
    assert [(term.value, term.weight) for term in explanation.terms] == [
        (18, 1), (54, 0), (51, 1), (55, 0), (121, 1), (75, 0), (35, 1), (24, 0), (204, 1),
    ]  # fmt: skip
    assert explanation.terms[4].index == (1, 1, 0)
    assert explanation.total == 429
    assert explanation.results == (("convolution", 429.0),)


def test_a_number_is_followed_through_bias_activation_and_pooling():
    explanations = follow(trace(bias=-500, activation="relu", pooling=pooling_layer("max")), (1, 1))
    convolution, pooling = explanations
    assert convolution.bias == -500
    assert convolution.results == (("convolution", 792), ("bias", 292), ("activation", 292))
    assert pooling.at == (0, 0, 0)
    assert pooling.rule == "max"
    assert [term.value for term in pooling.terms] == [0, 5, 0, 292]
    assert pooling.total == 292


def test_padding_is_marked_and_lies_outside_the_input():
    [explanation] = follow(trace(padding=1), (0, 0))
    outside = [term for term in explanation.terms if term.padding]
    assert len(outside) == 5
    assert all(-1 in term.index and term.value == 0 for term in outside)


def test_padding_that_does_not_count_is_left_out_of_the_average():
    wanted = trace(pooling=pooling_layer("average", 3, 2, "same"))
    explanation = explain(wanted.layers[1], (1, 1, 0))
    counted = [term for term in explanation.terms if not term.padding]
    assert len(explanation.terms) == 9
    assert len(counted) == 4
    assert explanation.total == pytest.approx(np.mean([term.value for term in counted]))


def test_numeric_padding_counts_in_the_average():
    wanted = trace(pooling=pooling_layer("average", 3, 2, 1))
    explanation = explain(wanted.layers[1], (0, 0, 0))
    assert explanation.total == pytest.approx((429 + 505 + 261 + 792) / 9)


def test_a_number_that_no_window_reaches_ends_the_way():
    explanations = follow(trace(pooling=pooling_layer("max", 3, 3)), (3, 3))
    assert [explanation.layer.name for explanation in explanations] == ["conv2d"]


def test_of_several_windows_over_a_number_the_first_is_followed():
    explanations = follow(trace(pooling=pooling_layer("max", 2, 1)), (2, 1))
    assert explanations[1].at == (1, 0, 0)


def test_depthwise_and_grouped_terms_come_from_their_own_channels():
    image = np.arange(3 * 3 * 4, dtype=float).reshape(3, 3, 4)
    kernel = np.ones((2, 2, 1, 2))
    wanted = record(Calculation(kernel, depthwise=True).network((3, 3, 4)), image)
    explanation = explain(wanted.layers[0], (0, 0, 5))
    assert {term.index[2] for term in explanation.terms} == {2}


def test_combining_lists_one_term_a_filter():
    kernel = np.concatenate([CROSS, 2 * CROSS], axis=3)
    wanted = record(Calculation(kernel, combine="sum").network((6, 6, 1)), IMAGE)
    combined = follow(wanted, (0, 0, 1))[1]
    assert [term.value for term in combined.terms] == [429, 858]
    assert combined.total == 1287


@pytest.mark.parametrize("at", [(4, 0), (0, -1), (0,), (0, 0, 1), (0, 0, 0, 0)])
def test_a_position_outside_the_output_says_what_is_inside(at):
    with pytest.raises(OptionError, match="must be row 0 to 3, column 0 to 3, channel 0 to 0"):
        follow(trace(), at)
