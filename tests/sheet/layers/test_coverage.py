from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import Axis
from cnncalc.sheet.layers.coverage import cover, runs


@st.composite
def axes(draw):
    kernel = draw(st.integers(1, 5))
    before, after = draw(st.tuples(st.integers(0, kernel - 1), st.integers(0, kernel - 1)))
    size = draw(st.integers(max(1, kernel - before - after), 14))
    return Axis(size, kernel, draw(st.integers(1, 6)), 1, before, after)


def windows_on(axis, cell):
    """The windows on a cell with its place in each, one by one."""
    place = cell + axis.before
    every = range(axis.output)
    return [(w, axis.covered_by(w).index(place)) for w in every if place in axis.covered_by(w)]


@given(axes())
def test_a_cover_holds_every_window_on_a_cell(axis):
    for cell in range(axis.size):
        found = cover(axis, cell)
        steps = range(found.windows)
        windows = [(found.first + step, found.offset - step * axis.stride) for step in steps]
        assert windows == windows_on(axis, cell)


@given(axes())
def test_runs_hold_each_cell_once_and_repeat_every_stride(axis):
    cells = []
    for run in runs(axis):
        for place in range(run.length):
            times, phase = divmod(place, len(run.covers))
            own = run.covers[phase]
            assert len(run.covers) == min(axis.stride, run.length)
            steps = range(own.windows)
            cells.append([(own.first + times + s, own.offset - s * axis.stride) for s in steps])
    assert cells == [windows_on(axis, cell) for cell in range(axis.size)]


def test_windows_side_by_side_make_one_run():
    assert [run.length for run in runs(Axis(8, 2, 2, 1, 0, 0))] == [8]
