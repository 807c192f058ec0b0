import numpy as np
import pytest

from cnncalc.shapes import Size
from cnncalc.training.dataset import make_dataset
from cnncalc.training.learnt_images import BYTES, LearntImages, Spread, ValueRange
from cnncalc.training.unseen import (
    Difference,
    brought,
    data_differences,
    image_differences,
    negated,
    range_difference,
    resizing,
    summed_up,
)

DIGITS = LearntImages((4, 4, 1), ValueRange(0, 16), Spread(0.3, 0.03), Spread(0.1, 0.05))


def data(images):
    return make_dataset(images, np.zeros(len(images)), ["cat"])


@pytest.mark.parametrize(
    ("before", "fit", "text"),
    [
        ((8, 8), "stretch", None),
        ((15, 15), "stretch", None),
        ((9, 11), "stretch", None),
        ((16, 16), "crop", "resized from 16×16 to 8×8"),
        ((4, 4), "stretch", "resized from 4×4 to 8×8"),
        ((8, 12), "stretch", "resized from 8×12 to 8×8, and stretched to another aspect"),
        ((12, 8), "crop", "resized from 12×8 to 8×8, and cropped"),
        ((12, 17), "crop", None),
        ((12, 17), "pad", "resized from 12×17 to 8×8"),
        ((12, 17), "stretch", "resized from 12×17 to 8×8"),
        ((40, 20), "pad", "resized from 40×20 to 8×8, and padded"),
    ],
)
def test_an_image_that_was_resized_by_much_is_told(before, fit, text):
    found = resizing(Size(*before), Size(8, 8), fit)
    assert (found and found.text) == text


@pytest.mark.parametrize(
    ("held", "learnt", "differs"),
    [
        ((0, 16), (0, 16), False),
        ((0, 17), (0, 16), False),
        ((5, 5), (0, 16), False),
        ((0, 0), (0, 16), False),
        ((0, 255), (0, 16), True),
        ((0, 1), (0, 16), True),
        ((0, 16), (0, 255), True),
        ((0, 1), (0, 255), True),
        ((10, 40), (0, 255), False),
        ((-1, 1), (0, 1), True),
        ((0, 1), (-1, 1), False),
        ((0, 255), (-1, 1), True),
        ((-0.4, 2.9), (-0.42, 2.82), False),
    ],
)
def test_numbers_of_another_range_are_told(held, learnt, differs):
    assert (range_difference(ValueRange(*held), ValueRange(*learnt)) is not None) == differs


def test_an_image_is_judged_by_its_range_first_then_as_a_negative():
    white = np.full((4, 4, 1), 16.0)
    assert [each.kind for each in image_differences(DIGITS, white)] == ["negative"]
    assert [each.kind for each in image_differences(DIGITS, 16 * white)] == ["range"]
    assert image_differences(DIGITS, white, white) == ()
    assert image_differences(DIGITS, 5 - white / 4) == ()


def test_where_nothing_is_known_nothing_is_said():
    white = np.full((4, 4, 1), 255.0)
    assert image_differences(None, white) == ()
    assert image_differences(DIGITS, np.full((8, 8, 1), 255.0)) == ()
    assert data_differences(None, data(white[np.newaxis])) == ()


def test_a_data_set_is_told_where_a_tenth_of_it_looks_negative():
    images = np.full((40, 4, 4, 1), 4.0)
    images[7:10] = 15
    assert data_differences(DIGITS, data(images)) == ()
    images[30] = 15
    (found,) = data_differences(DIGITS, data(images))
    assert found.text.startswith("4 of 40 images, such as sample 8, look like the negative")


def test_a_data_set_of_another_range_is_told():
    (found,) = data_differences(DIGITS, data(np.full((3, 4, 4, 1), 200, np.uint8)))
    assert found.text.startswith("the data holds 200 to 200, the model learnt 0 to 16")


def test_changed_data_is_changed_as_it_is_read_and_known_apart():
    own = data(np.array([[[[0]], [[255]]]], np.uint8))
    digits, negative = brought(own, ValueRange(0, 16)), negated(own, BYTES)
    assert digits.batch(np.array([0]))[0].ravel().tolist() == [0, 16]
    assert negative.batch(np.array([0]))[0].ravel().tolist() == [255, 0]
    assert digits.input_shape == own.input_shape
    changed = (own, digits, negative, negated(negative, BYTES))
    assert len({each.digest() for each in changed}) == 4


def test_differences_of_many_images_are_summed_up_by_kind():
    small, other = Difference("resized", "resized"), Difference("negative", "looks negative")
    found = [("a", small), ("b", other), ("c", small)]
    assert [each.text for each in summed_up(found, 5)] == [
        "2 of 5 images, such as a: resized",
        "b: looks negative",
    ]
