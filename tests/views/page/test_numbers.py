"""Numbers in a page's document come back as they were, in few bytes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cnncalc.network import Array
from cnncalc.sheet.values import as_written
from cnncalc.views.page.numbers import NumberWriter, as_text
from tests.views.page import decoded

DRAWN = np.random.default_rng(4)


def come_back(*arrays: Array) -> tuple[list[Array], NumberWriter]:
    writer = NumberWriter()
    for array in arrays:
        writer.add(array)
    data = {"parts": writer.parts, "exact": writer.exact}
    document = {"data": as_text(json.dumps(data).encode()), "numbers": writer.text()}
    ends = np.cumsum([array.size for array in arrays])[:-1]
    parts = np.split(decoded.numbers(document), ends)
    return [part.reshape(a.shape) for part, a in zip(parts, arrays, strict=True)], writer


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.0, -0.0, 255.0, np.nan]]),
        np.array([[0.1, 1 / 3, -1e308, 5e-324]]),
        np.array([[1e39, 3.5]]),
        as_written(DRAWN.normal(size=(40, 30)).astype(np.float32)),
        DRAWN.normal(size=(7, 5)),
        np.empty((0, 3)),
    ],
    ids=["small", "any", "beyond float32", "weights", "drawn", "none"],
)
def test_they_come_back_exactly(array):
    [back], _ = come_back(array)
    np.testing.assert_array_equal(back, array)
    np.testing.assert_array_equal(np.signbit(back), np.signbit(array))


def test_pixels_and_weights_of_float32_take_four_bytes():
    weights = as_written(DRAWN.normal(size=(100, 3)).astype(np.float32))
    back, writer = come_back(np.arange(6.0).reshape(2, 3), weights, np.array([[0.1]]))
    assert writer.parts == [("f4", 6), ("w4", 300), ("f8", 1)]
    np.testing.assert_array_equal(back[1], weights)


def test_a_weight_between_two_of_sixteen_digits_comes_back_too():
    # It has 17 digits, the last one 5: Python takes the even neighbour, JavaScript the upper one.
    tie = np.float32(8000001 / 2**14)
    assert f"{tie:.17G}".endswith("5"), f"{tie:.18G}"
    weights = as_written(DRAWN.normal(size=(20, 10)).astype(np.float32))
    weights[3, 3] = as_written(np.array([tie])).item()
    [back], writer = come_back(weights)
    np.testing.assert_array_equal(back, weights)
    assert [code for code, _ in writer.parts] == ["w4"]
