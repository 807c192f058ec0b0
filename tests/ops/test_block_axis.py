import numpy as np
import pytest

from cnncalc.geometry import Axis
from cnncalc.ops.block_axis import BlockAxis


def block_axis(size, kernel, stride=1, dilation=1, pads=(0, 0), pool=1, divide=True):
    return BlockAxis(Axis(size, kernel, stride, dilation, *pads), pool, divide)


def met(axis):
    """Return the cells that each block's taps meet, phase by phase; -1 is padding."""
    cells = np.full((axis.phases, axis.length), -1)
    for phase in range(axis.phases):
        taken, held = axis.of_phase(phase)
        cells[phase, held] = np.arange(axis.axis.size)[taken]
    windows = [cells[:, axis.met_by(tap)] for tap in range(axis.taps)]
    return np.stack(windows).reshape(-1, axis.blocks).T


@pytest.mark.parametrize("pool", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("divide", [True, False])
def test_each_block_meets_its_window_cell_by_cell(pool, stride, divide):
    axis = block_axis(13, 4, stride, pads=(2, 1), pool=pool, divide=divide)
    padded = [-1, -1, *range(13), -1, -1, *[-1] * 20]
    window = (pool - 1) * stride + 4
    starts = range(0, axis.blocks * axis.step, axis.step)
    expected = [padded[start : start + window] for start in starts]
    assert met(axis)[:, :window].tolist() == expected


def test_dilation_leaves_the_cells_in_one_phase():
    axis = block_axis(7, 3, dilation=2)
    assert (axis.phases, axis.taps) == (1, 3)
    assert met(axis).tolist() == [[0, 2, 4], [1, 3, 5], [2, 4, 6]]


def test_padding_that_hides_all_cells_leaves_none():
    axis = block_axis(5, 1, stride=9, pads=(3, 0), divide=False)
    assert met(axis).tolist() == [[-1]]


def test_a_window_is_rounded_up_to_whole_phases():
    axis = block_axis(300, 5, pool=2)
    assert (axis.blocks, axis.step, axis.phases, axis.taps) == (148, 2, 2, 3)
