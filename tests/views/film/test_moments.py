import numpy as np

from cnncalc.sheet.scenes import scenes
from cnncalc.views.film.moments import make_moments
from tests.views.film.calculations import convolution


def all_slices(flow):
    return {part.number for part in flow.slices}


def test_a_small_calculation_plays_number_by_number():
    flow = convolution().flow
    moments = make_moments(flow, all_slices(flow))
    assert [moment.scene for moment in moments] == list(scenes(flow))


def test_a_large_matrix_fills_up_row_by_row():
    flow = convolution(np.zeros((60, 60))).flow
    [convolved, *_] = [stage for stage in flow.stages if stage.volume.title == "Convolution"]
    moments = [m for m in make_moments(flow, all_slices(flow)) if m.scene.stage == convolved.number]
    filled = np.zeros((58, 58), dtype=int)
    for moment in moments:
        filled[moment.cells(filled.shape)] += 1
    assert (filled == 1).all()
    assert len(moments) == 24


def test_what_is_not_drawn_plays_unseen():
    flow = convolution().flow
    drawn = {part.number for stage in flow.stages[-1:] for part in stage.slices}
    assert {moment.scene.stage for moment in make_moments(flow, drawn)} == {len(flow.stages) - 1}
