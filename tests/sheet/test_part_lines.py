"""Which part of a network is shown, as a file says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.part import Part, Shown
from cnncalc.sheet.part_lines import part_lines, read_part


@st.composite
def results(draw):
    shape = tuple(draw(st.lists(st.integers(1, 12), min_size=1, max_size=3)))
    box = tuple(
        tuple(sorted(draw(st.sets(st.integers(0, size - 1), min_size=1)))) for size in shape
    )
    return Shown(draw(st.sampled_from(["input", "a b", "block_1: of", "conv"])), shape, box)


@given(st.lists(results(), min_size=1, max_size=4))
def test_a_part_comes_back(shown):
    part = Part("conv at it", (1, 20, 0), tuple(shown))
    assert read_part(dict(part_lines(part)), "here") == part


@pytest.mark.parametrize(
    "shown", ["", "conv", "conv: 0 of 2×2", "conv: 1-0 of 2", "conv: 2 of 2", "conv: 1, 0 of 2"]
)
def test_other_lines_are_refused(shown):
    with pytest.raises(InputError, match="the part on here must be as cnncalc wrote it"):
        read_part({"Part": "conv at 0", "Shown of the whole network": shown}, "here")
    assert read_part({}, "here") is None
