import numpy as np
import pytest

from cnncalc.training.dataset import make_dataset
from cnncalc.training.learnt_images import (
    BYTES,
    LearntImages,
    Spread,
    ValueRange,
    a_few,
    describe_images,
    value_range,
)


def data(images):
    images = np.asarray(images)
    return make_dataset(images, np.zeros(len(images)), ["cat"])


def between(low, high, dtype=np.float32):
    return data(np.linspace(low, high, 16).reshape(2, 2, 4, 1).astype(dtype))


class Stored:
    """Photos in a file, or as good as."""

    digest = ""

    def __init__(self, images):
        self._images, self.shape = images, images.shape

    def __getitem__(self, rows):
        return self._images[rows]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 16, (0, 16)),
        (3, 250, (0, 255)),
        (0, 1, (0, 1)),
        (0.2, 0.4, (0, 1)),
        (-1, 0.9, (-1, 1)),
        (-0.5, 0.5, (-0.5, 0.5)),
        (-0.424, 2.821, (-0.424, 2.821)),
        (0, 100, (0, 100)),
        (0, 65535, (0, 65535)),
        (300, 300, (0, 300)),
        (-7, -5, (-7, 0)),
        (0, 0, (0, 1)),
    ],
)
def test_the_range_of_numbers_is_a_usual_one_or_their_own(low, high, expected):
    assert value_range(between(low, high)) == pytest.approx(expected)


def test_photos_are_bytes_whatever_they_hold():
    photos = Stored(np.full((2, 4, 4, 3), 7, np.uint8))
    assert value_range(make_dataset(photos, np.zeros(2), ["cat"])) == BYTES


def test_bright_and_dark_are_told_of_whole_images_and_of_their_border():
    images = np.zeros((3, 4, 4, 2))
    images[0, 1:3, 1:3] = 16
    images[1:] = 8
    known = describe_images(data(images))
    assert known.shape == (4, 4, 2)
    assert known.values == (0, 16)
    means = [0.25, 0.5, 0.5]
    assert known.brightness == pytest.approx((np.mean(means), np.std(means)), abs=1e-6)
    assert known.border == pytest.approx((1 / 3, np.std([0, 0.5, 0.5])), abs=1e-6)


def test_of_one_row_of_pixels_all_is_border():
    known = describe_images(data(np.array([0.0, 1.0]).reshape(1, 1, 2, 1)))
    assert known.brightness == known.border == (0.5, 0)


def test_of_many_images_a_few_are_looked_at_the_first_and_the_last_among_them():
    rows = a_few(data(np.zeros((2501, 1, 1, 1)))).rows
    assert len(rows) == 1000
    assert rows[[0, -1]].tolist() == [0, 2500]
    assert set(np.diff(rows)) == {2, 3}
    assert len(a_few(data(np.zeros((7, 1, 1, 1))))) == 7


def test_negatives_of_strokes_on_a_ground_are_found_either_way():
    generator = np.random.default_rng(0)
    strokes = np.zeros((50, 12, 12, 1))
    strokes[:, 2:-2, 2:-2] = generator.random((50, 8, 8, 1)) > 0.6
    for images in (strokes, 1 - strokes):
        known = describe_images(data(images))
        assert not known.look_negative(images, 1 - images).any()
        assert known.look_negative(1 - images, images).all()


def test_of_photos_of_all_sorts_none_looks_negative():
    generator = np.random.default_rng(0)
    photos = generator.random((200, 1, 1, 1)) * generator.random((200, 12, 12, 3)) ** 0.5
    known = describe_images(data(photos))
    assert not known.look_negative(photos, 1 - photos).any()
    # Nor is it sure what is light among them: a negative is as good as what it is of.
    assert not known.look_negative(1 - photos, photos).any()


def test_who_learns_others_as_well_remembers_both():
    first = LearntImages((4, 4, 1), BYTES, Spread(0.2, 0.0), Spread(0.1, 0.03))
    second = LearntImages((4, 4, 1), ValueRange(0, 16), Spread(0.4, 0.0), Spread(0.1, 0.05))
    both = second.after(first)
    assert both.values == (0, 16)
    assert both.brightness == pytest.approx((0.3, 0.1))
    assert both.border == pytest.approx((0.1, np.sqrt((0.03**2 + 0.05**2) / 2)), abs=1e-6)
    assert second.after(None) is second
    assert second.after(second) == second


def test_grey_images_without_a_channel_axis_are_the_same():
    known = LearntImages((4, 4, 1), BYTES, Spread(0.2, 0.0), Spread(0.1, 0.03))
    assert known.are_of((4, 4))
    assert known.are_of((4, 4, 1))
    assert not known.are_of((4, 4, 3))
    assert not LearntImages((4, 4, 3), *list(vars(known).values())[1:]).are_of((4, 4))
    white = np.full((2, 4, 4), 255.0)
    assert known.look_negative(white, 255 - white).all()
