from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops import small_products
from cnncalc.ops.memory import Buffers
from cnncalc.ops.small_products import cut, cut_turned, multiply, sum_of_products
from tests.ops.drawn import normal, seeds, steady

sizes = st.integers(1, 70)
CLOSE = {"rtol": 1e-9, "atol": 1e-9}
# As they are; as another library might have them; so small that hardly anything fits.
limits = st.sampled_from([(1_000_000, 1_200), (5_000, 64), (64, 1), (1, 0)])


def limited(limit):
    product, turned = limit
    return patch.multiple(small_products, LARGEST_PRODUCT=product, LARGEST_TURNED=turned)


@steady
@given(sizes, sizes, sizes, st.integers(1, 3), seeds, limits)
def test_wrong_limits_cost_speed_only(rows, depth, columns, many, seed, limit):
    matrix, lines = normal(seed, rows, depth), normal(seed + 1, 2, many, depth, columns)
    out, gradient = (
        np.full((2, many, rows, columns), np.nan),
        normal(seed + 2, 2, many, rows, columns),
    )
    with limited(limit):
        multiply(matrix, lines, out)
        summed = sum_of_products(gradient, lines, Buffers())
    np.testing.assert_allclose(out, np.einsum("rd,abdc->abrc", matrix, lines), **CLOSE)
    np.testing.assert_allclose(summed, np.einsum("abrc,abdc->rd", gradient, lines), **CLOSE)


@given(sizes, sizes, st.integers(1, 5000))
def test_parts_are_within_the_limits_or_the_whole(rows, depth, columns):
    height, width = cut(rows, depth, columns)
    assert rows % height == 0
    small = height * depth * width <= small_products.LARGEST_PRODUCT
    assert small or (height, width) == (rows, columns)
    high, wide, deep = cut_turned(rows, columns, depth)
    assert rows % high == 0
    assert high * wide <= small_products.LARGEST_TURNED
    assert high * wide * deep <= small_products.LARGEST_PRODUCT


def test_a_gradient_of_many_weights_stays_whole():
    assert cut_turned(256, 64, 2304) == (256, 2304, 64)


def test_products_of_a_whole_gradient_are_not_held_one_by_one(monkeypatch):
    """Those of a deep layer's weights filled 94 MB a thread."""
    firsts, whole = normal(0, 9, 2, 6, 4), normal(1, 9, 2, 6, 8)
    seconds, buffers = whole[..., 2:6], Buffers()
    monkeypatch.setattr(small_products, "MOST_RESULTS", 6 * 6 - 1)
    summed = sum_of_products(firsts, seconds, buffers)
    np.testing.assert_allclose(summed, np.einsum("abrc,abdc->rd", firsts, seconds), **CLOSE)
    held = sum(memory.nbytes for memory in buffers._memory.values())
    assert held == firsts.nbytes + seconds.nbytes


@pytest.mark.parametrize(
    ("product", "parts"),
    [
        ((10, 75, 1184), (10, 1184)),
        ((10, 75, 2368), (10, 1184)),
        ((32, 288, 1024), (32, 64)),
        ((64, 576, 256), (16, 64)),
        ((6, 25, 50176), (6, 6272)),
        # So deep that nothing is small: it stays whole.
        ((64, 20_000, 1024), (64, 1024)),
    ],
)
def test_a_product_is_cut_as_a_processor_likes_it(product, parts):
    assert cut(*product) == parts


def test_columns_of_a_larger_matrix_are_multiplied_where_they_lie():
    whole, out = normal(0, 4, 3, 40), np.zeros((4, 2, 50))
    matrix = normal(1, 2, 3)
    multiply(matrix, whole[..., 5:35], out[..., 10:40])
    np.testing.assert_allclose(out[..., 10:40], matrix @ whole[..., 5:35], **CLOSE)
    assert not out[..., :10].any()
    assert not out[..., 40:].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays(dtype):
    ones = np.ones((1, 3, 4), dtype)
    assert sum_of_products(ones, ones, Buffers()).dtype == dtype
