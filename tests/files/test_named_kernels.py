from __future__ import annotations

import numpy as np
import pytest

from cnncalc.files.kernels import read_kernels
from cnncalc.files.named_kernels import NAMED_KERNELS


def values(name: str) -> np.ndarray:
    return read_kernels(name)[0].values[:, :, 0]


@pytest.mark.parametrize("name", NAMED_KERNELS)
def test_every_named_kernel_is_square_and_odd(name):
    height, width = values(name).shape
    assert height == width
    assert height % 2 == 1


@pytest.mark.parametrize(
    "name", ["identity", "blur", "gaussian", "gaussian-5", "sharpen", "unsharp", "emboss"]
)
def test_a_kernel_that_keeps_the_brightness_sums_to_one(name):
    assert values(name).sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("name", ["edge", "outline", "laplacian"])
def test_an_edge_kernel_sums_to_zero_and_looks_alike_from_all_sides(name):
    assert values(name).sum() == 0
    np.testing.assert_array_equal(values(name), np.rot90(values(name)))


@pytest.mark.parametrize("operator", ["sobel", "prewitt", "scharr"])
def test_a_gradient_is_positive_where_it_grows_brighter_to_the_right_or_downwards(operator):
    ramp = np.tile([0, 1, 2], (3, 1))
    assert (values(f"{operator}-x") * ramp).sum() > 0
    assert (values(f"{operator}-x") * ramp.T).sum() == 0
    np.testing.assert_array_equal(values(f"{operator}-y"), values(f"{operator}-x").T)


def test_gaussians_are_binomial():
    three, five = np.array([1, 2, 1]) / 4, np.array([1, 4, 6, 4, 1]) / 16
    np.testing.assert_array_equal(values("gaussian"), np.outer(three, three))
    np.testing.assert_array_equal(values("gaussian-5"), np.outer(five, five))
    identity = np.zeros((5, 5))
    identity[2, 2] = 1
    np.testing.assert_array_equal(values("unsharp"), 2 * identity - values("gaussian-5"))
