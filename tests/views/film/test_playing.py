import numpy as np
import pytest

from cnncalc.views.colors import LOOKS, rgb
from cnncalc.views.film.playing import Play
from cnncalc.views.film.timing import FilmLook
from tests.views.film.calculations import convolution, network, training_step


def play_of(drawn, **look):
    return Play.of(drawn.flow, drawn.values, drawn.scales, FilmLook(**look))


def pixels(play, frame, number, row, column):
    """The pixels inside a cell of a slice, as a frame has them."""
    box = play.scenery.playing.slices[number].cells(row, column)
    scale = play.look.width / play.scenery.playing.width
    top, left = round((box.y + 5) * scale), round((box.x + 5) * scale)
    bottom, right = round((box.y + box.height - 5) * scale), round((box.x + box.width - 5) * scale)
    return frame[top:bottom, left:right].reshape(-1, 3)


# A line, a heading and a sentence stand below each number.
HEADED = ("line", "heading", "sentence")


def last_slice(play):
    return play.moments[-1].slice_number


@pytest.fixture(scope="module")
def play():
    return play_of(convolution(), width=480)


def test_there_is_a_frame_for_each_number_and_the_whole_twice(play):
    assert len(play.milliseconds) == 3 * 16 + 2
    assert play.left_out == 0


def test_the_first_and_the_last_frame_show_the_whole(play):
    first, last = play.draw(0), play.draw(len(play.takes) - 1)
    assert np.array_equal(first, last)
    empty = rgb(LOOKS["light"].empty)
    assert all((pixels(play, first, last_slice(play), 3, 3) != empty).any(axis=1))


def test_a_number_is_empty_before_its_moment_and_there_from_then_on(play):
    first = play.moments[0]
    place = (first.slice_number, first.row, first.column + 1)
    empty = rgb(LOOKS["light"].empty)
    assert (pixels(play, play.draw(1), *place) == empty).all()
    assert (pixels(play, play.draw(2), *place) != empty).any()
    assert (pixels(play, play.draw(9), *place) != empty).any()


def test_the_window_slides_over_its_input(play):
    window = np.array(rgb(LOOKS["light"].window))

    def outlined(number):
        frame = play.draw(number)[: round(play.size[1] * 0.4)]
        columns = np.flatnonzero((frame == window).all(axis=2).any(axis=0))
        return columns.min(), columns.max()

    (first, _), (second, _) = outlined(1), outlined(2)
    assert second > first


def test_all_frames_are_of_one_size(play):
    width, height = play.size
    assert width == 480
    assert {play.draw(number).shape for number in (0, 1, 20, 49)} == {(height, width, 3)}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_theme_has_its_paper(theme):
    frame = play_of(convolution(), theme=theme).draw(5)
    assert tuple(frame[2, 2]) == rgb(LOOKS[theme].paper)


def test_a_network_plays_layer_after_layer():
    drawn = network()
    play = play_of(drawn)
    columns = [drawn.flow.stages[moment.scene.stage].column for moment in play.moments]
    assert columns == sorted(columns)
    assert len(set(columns)) > 2


def test_a_training_step_plays_forward_then_back():
    drawn = training_step()
    play = play_of(drawn, width=640)
    lanes = [drawn.flow.lanes[drawn.flow.stages[m.scene.stage].lane] for m in play.moments]
    directions = list(dict.fromkeys(lane.direction for lane in lanes))
    assert directions[:2] == ["forward", "backward"]


def test_what_is_large_is_seen_in_parts_around_what_plays():
    play = play_of(training_step(), width=640)
    camera = play.scenery.camera
    assert camera.view < camera.whole
    assert play.size[1] <= 700
    for moment in play.moments[::40]:
        [stage] = [b for b in play.scenery.playing.stages if b.number == moment.scene.stage]
        cell = play.scenery.playing.slices[moment.slice_number].cells(moment.row, moment.column)
        top = camera.top(stage.box, cell)
        assert top <= cell.y < top + camera.view


def test_what_a_number_reads_is_seen_with_it_or_stands_below():
    play = play_of(training_step(), width=640)
    view = play.scenery.camera.view
    for moment in play.moments[::20]:
        top, regions = play._top(moment), play.cells.seen_regions(moment.cell)
        if max(max(region.height, region.width) for region in regions) > 5:
            continue  # too large for both: it is told in words
        parts = [play.scenery.playing.slices[region.slice] for region in regions]
        is_seen = all(top <= part.cells(0, 0).y < top + view for part in parts)
        below = len(list(play.panel.draw(moment, view)))
        assert is_seen or below > len(HEADED)


def test_a_photo_fills_up_and_its_middle_number_is_explained():
    play = play_of(convolution(np.random.default_rng(0).integers(0, 256, (70, 90))))
    assert 10 < len(play.moments) <= 3 * 24
    assert play.panel.rows == 3


def test_no_more_height_is_reserved_than_what_is_shown_needs():
    pooled = play_of(network("MaxPooling2D(2)"))
    assert pooled.panel.rows == 2
    wide = play_of(convolution("article:digit4", np.ones((7, 3))), width=480)
    assert wide.panel.rows == 1  # of the bias and the ReLU: a window of 7 rows is told in words
