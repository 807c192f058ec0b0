import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import axis, geometry, output_size
from cnncalc.shapes import Pads

small = st.integers(1, 12)
few = st.integers(1, 4)


def count_positions(size, kernel, before, after, stride, dilation):
    """Slide the window by hand and count where it fits."""
    window = dilation * (kernel - 1) + 1
    return sum(
        1
        for start in range(0, before + size + after, stride)
        if start + window <= before + size + after
    )


@given(small, few, st.integers(0, 3), st.integers(0, 3), few, few)
def test_the_output_size_counts_the_places_where_the_window_fits(
    size, kernel, before, after, stride, dilation
):
    expected = count_positions(size, kernel, before, after, stride, dilation)
    if expected == 0:
        with pytest.raises(ShapeError, match="window must fit into the input"):
            output_size(size, kernel, (before, after), stride, dilation)
    else:
        assert output_size(size, kernel, (before, after), stride, dilation) == expected


@given(small, few, few, few)
def test_same_padding_gives_the_ceiling_of_size_by_stride(size, kernel, stride, dilation):
    result = axis(size, kernel, "same", stride, dilation)
    assert result.output == -(-size // stride)
    assert result.after - result.before in (0, 1)


@given(small, few, few, few)
def test_same_padding_is_the_least_that_gives_this_output(size, kernel, stride, dilation):
    result = axis(size, kernel, "same", stride, dilation)
    reached = (result.output - 1) * stride + result.window
    assert result.padded == max(reached, size)


@given(small, few, st.integers(0, 3), few, few)
def test_every_cell_is_covered_or_counted_as_uncovered(size, kernel, padding, stride, dilation):
    if dilation * (kernel - 1) + 1 > size + 2 * padding:
        return
    result = axis(size, kernel, padding, stride, dilation)
    last = result.covered_by(result.output - 1)
    assert last[-1] + 1 + result.uncovered == result.padded
    assert len(last) == kernel


@pytest.mark.parametrize(
    ("arguments", "formula"),
    [
        ((32, 3, 0, 1), "(32 − 3 + 2×0) / 1 + 1 = 30"),
        ((5, 2, 0, 2), "⌊(5 − 2 + 2×0) / 2⌋ + 1 = 2"),
        ((7, 3, 1, 1, 2), "(7 − (2×(3 − 1) + 1) + 2×1) / 1 + 1 = 5"),
        ((6, 2, "same", 1), "(6 − 2 + 0 + 1) / 1 + 1 = 6"),
    ],
)
def test_the_formula_writes_the_numbers_out(arguments, formula):
    assert axis(*arguments).formula == formula


def test_geometry_names_both_directions():
    result = geometry((17, 4), (1, 2), strides=(2, 1), padding=(0, 1), dilation_rate=1)
    assert result.input == (17, 4)
    assert result.padded == (17, 6)
    assert result.kernel == (1, 2)
    assert result.strides == (2, 1)
    assert result.output == (9, 5)
    assert result.pads == Pads(top=0, bottom=0, left=1, right=1)


@pytest.mark.parametrize("padding", [(1, 2), [1, 2], np.array([1, 2])])
def test_two_numbers_pad_before_and_after(padding):
    result = axis(5, 3, padding)
    assert (result.before, result.after) == (1, 2)


@pytest.mark.parametrize("padding", [(1, 2, 3), [], -1, ((1, 2), (0, 0)), "full", None])
def test_unusable_padding_of_one_direction_is_refused(padding):
    with pytest.raises(OptionError, match=r"\(before,after\)\. Received: padding=") as caught:
        output_size(5, 3, padding)
    assert str(caught.value).endswith(f"={padding!r}")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (((32, 5), 3), "size"),
        ((32, (3, 3)), "kernel_size"),
        ((32, 3, 0, (2, 7)), "strides"),
        ((32, 3, 0, 1, [1]), "dilation_rate"),
        ((32, 3, 0, 0), "strides"),
        ((32.0, 3), "size"),
    ],
)
def test_one_direction_takes_one_number(arguments, name):
    with pytest.raises(
        OptionError, match=rf"{name} must be one whole number, .* Received: {name}="
    ):
        output_size(*arguments)


def test_a_window_larger_than_its_input_names_both_sizes():
    with pytest.raises(ShapeError, match="a window of 3×3 on an input of 2×9"):
        geometry((2, 9), 3)
    with pytest.raises(ShapeError, match="a window of 5 on an input of 4 with its padding"):
        output_size(2, 5, padding=1)
