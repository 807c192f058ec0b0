import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import OptionError, ShapeError
from cnncalc.shapes import Pads, axis, geometry, normalize_padding, output_size, pair

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


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (1, (1, 1, 1, 1)),
        ((0, 1), (0, 0, 1, 1)),
        ((1, 2, 3, 4), (1, 2, 3, 4)),
        (((1, 2), (3, 4)), (1, 2, 3, 4)),
        (((1, 2), 3), (1, 2, 3, 3)),
        ("same", "same"),
        ("valid", "valid"),
    ],
)
def test_padding_in_every_form(padding, expected):
    assert normalize_padding(padding) == expected


@pytest.mark.parametrize("padding", [-1, (1, 2, 3), "full", (1, -1), 1.5, ((1, 2, 3), 1), True])
def test_unusable_padding_is_refused_with_what_was_received(padding):
    with pytest.raises(OptionError) as error:
        normalize_padding(padding)
    assert str(error.value).endswith(f"Received: padding={padding!r}")


@pytest.mark.parametrize("value", [0, (1, 0), (1, 2, 3), -1, 1.5, "2", (True, 1)])
def test_an_unusable_pair_names_its_argument(value):
    with pytest.raises(OptionError, match=r"strides must be one or two .* Received: strides="):
        pair(value, "strides")


def test_numpy_integers_are_whole_numbers():
    assert pair(np.int64(2), "strides") == (2, 2)
    assert pair(np.array([1, 2]), "strides") == (1, 2)
    assert normalize_padding(np.int32(1)) == (1, 1, 1, 1)


def test_a_window_larger_than_its_input_names_both_sizes():
    with pytest.raises(ShapeError, match="a window of 3×3 on an input of 2×9"):
        geometry((2, 9), 3)
    with pytest.raises(ShapeError, match="a window of 5 on an input of 4 with its padding"):
        output_size(2, 5, padding=1)
