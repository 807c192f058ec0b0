"""How fast a machine multiplies matrices: what share of its best a training's products reach.

The matrix library decides which kernels it takes, so that this is measured, not known. A product is
measured alone, a few rows at once, as often as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from cnncalc.network.algorithms import Choice
from cnncalc.network.training_pass import TrainingPass
from cnncalc.ops.arrays import Array
from cnncalc.ops.memory import Buffers
from cnncalc.ops.small_products import Product, Purpose, multiply, sum_of_products

__all__ = ["MeasuredProduct", "best_speed", "measured_products", "product_speed"]

# A large product, of which the library makes the most.
LARGE = 1024
# So many seconds each is repeated, the fastest counts.
SECONDS = 0.03
# A stack of products is measured, of so many multiplications, as a strip has several rows.
STACK = 1 << 22

# A factor of a product as a whole has so many numbers at most: 64 MB.
MOST_NUMBERS = 1 << 24


class MeasuredProduct(NamedTuple):
    """A product of a training: of which `choice` of layers, and the `share` of the best speed."""

    choice: Choice
    product: Product
    share: float


def measured_products(training: TrainingPass, batch: int) -> Iterator[MeasuredProduct]:
    """Measure the products of a training on a piece of a batch, each shape once.

    Arguments: the `training`; how many samples the `batch` has.
    Returns one record a product, in the layers' order.
    """
    speeds: dict[Product, float] = {}
    best = best_speed()
    largest = training.pieces(batch)[0]
    for choice, product in training.products(largest.stop):
        if product not in speeds:
            speeds[product] = product_speed(product)
        yield MeasuredProduct(choice, product, speeds[product] / best)


def best_speed() -> float:
    """Return the multiplications and additions a second of a large product, in one thread."""
    first, second, out = (_ones(LARGE, LARGE) for _ in range(3))
    return _speed(lambda: np.matmul(first, second, out=out), LARGE**3)


def product_speed(product: Product) -> float:
    """Return the multiplications and additions a second of a product, as training does it.

    >>> product_speed(Product(Purpose.FORWARD, 10, 75, 1184, is_cut=True)) > 0
    True
    """
    rows, depth, columns = product.rows, product.depth, product.columns
    # Of a product as a whole no more rows than fit some memory: tall ones are as fast as taller.
    if not product.is_cut:
        rows = min(rows, max(1, MOST_NUMBERS // max(depth, columns)))
    many = max(1, STACK // (rows * depth * columns)) if product.is_cut else 1
    if product.purpose is Purpose.WEIGHT_GRADIENT:
        first, second, buffers = _ones(many, rows, depth), _ones(many, columns, depth), Buffers()
        turned = second.swapaxes(1, 2)

        def work() -> None:
            if product.is_cut:
                sum_of_products(first, second, buffers)
            else:
                np.matmul(first, turned)
    else:
        matrix, lines, out = (
            _ones(rows, depth),
            _ones(many, depth, columns),
            _ones(many, rows, columns),
        )

        def work() -> None:
            if product.is_cut:
                multiply(matrix, lines, out)
            else:
                np.matmul(matrix, lines, out=out)

    return _speed(work, many * rows * depth * columns)


def _ones(*shape: int) -> Array:
    return np.ones(shape, np.float32)


def _speed(work: Callable[[], object], operations: int) -> float:
    """Return the operations a second of the fastest of several repetitions, after one more."""
    with threadpool_limits(limits=1, user_api="blas"):
        work()
        best, end = float("inf"), perf_counter() + SECONDS
        while best == float("inf") or perf_counter() < end:
            start = perf_counter()
            work()
            best = min(best, perf_counter() - start)
    return operations / best
