from io import BytesIO

import numpy as np
from PIL import Image, ImageSequence

from cnncalc.files.gifs import write_gif


def draw(number):
    """A square that moves on white, over a strip of all greys."""
    pixels = np.full((40, 90, 3), 255, np.uint8)
    pixels[5:15, 5 * number : 5 * number + 10] = (200, 10 * number, 30)
    pixels[30:, :, :] = (np.arange(90) * 2)[:, np.newaxis]
    return pixels


def written(count=5, comment="Made by: a test", draw=draw):
    file = BytesIO()
    write_gif(file, draw, [2000, *[250] * (count - 2), 3000], comment)
    return file


def test_every_frame_is_as_drawn_and_stays_as_long():
    with Image.open(written()) as film:
        for number, frame in enumerate(ImageSequence.Iterator(film)):
            assert np.array_equal(np.asarray(frame.convert("RGB")), draw(number))
            assert frame.info["duration"] == [2000, 250, 250, 250, 3000][number]
        assert film.n_frames == 5


def test_it_plays_for_ever_and_tells_where_it_came_from():
    comment = "Made by: cnncalc animate × " + "long " * 200
    with Image.open(written(comment=comment)) as film:
        assert film.info["loop"] == 0
        assert film.info["comment"].decode() == comment


def test_a_frame_that_is_the_same_as_the_one_before_makes_that_one_stay():
    with Image.open(written(draw=lambda number: draw(number // 3))) as film:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert durations == [2500, 3250]


def test_only_what_changes_is_written():
    whole, part = len(written(2).getvalue()), len(written(20).getvalue())
    assert (part - whole) / 18 < 150


def test_more_colors_than_a_gif_has_come_near():
    drawn = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    drawn[:30] = 255

    def noise(number):
        return np.roll(drawn, number, axis=1)

    with Image.open(written(3, draw=noise)) as film:
        for number, frame in enumerate(ImageSequence.Iterator(film)):
            found = np.asarray(frame.convert("RGB")).astype(int)
            assert (found[:30] == 255).all()
            assert np.abs(found - noise(number)).mean() < 25


def test_the_same_film_has_the_same_bytes():
    assert written().getvalue() == written().getvalue()
