"""Products of matrices alone: how fast a machine does them is the limit of training on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measuring import Contender

if TYPE_CHECKING:
    from cnncalc.ops.arrays import Array

__all__ = ["ONE_BLAS_THREAD", "Product", "products"]

# As cnncalc's own commands have it.
ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# The article's convolution: 10 filters of 5×5×3 weights, and so many windows that the product is
# among those that OpenBLAS does without packing (10⁶ multiplications at most), which is faster.
FILTERS, WEIGHTS, WINDOWS = 10, 75, 1184
# Products in a call, so that the interpreter's share is small.
STACK = 8
# Where the processor's widest registers begin best.
ALIGNMENT = 64


class Product(NamedTuple):
    """A contender that only multiplies; how many multiplications and additions its turn has."""

    contender: Contender
    operations: int


def products(tiny: bool) -> Sequence[Product]:
    """Return a large product, and products of the shapes of the article's convolution."""
    side, times, calls = (64, 1, 2) if tiny else (2048, 20, 4000)
    large = Contender(f"a large product, {side}×{side}", partial(prepare_large, side, times))
    shapes = f"{FILTERS}×{WEIGHTS} by {WEIGHTS}×{WINDOWS}, and its gradient"
    small = Contender(shapes, partial(prepare_small, calls), environment=ONE_BLAS_THREAD)
    threads = os.cpu_count() or 1
    # Forward and gradient ask for as many.
    small_operations = threads * calls * STACK * 2 * 2 * FILTERS * WEIGHTS * WINDOWS
    return [Product(large, times * 2 * side**3), Product(small, small_operations)]


def prepare_large(side: int, times: int) -> Callable[[], None]:
    """Return the turn: a product of large matrices, with all the threads that BLAS takes."""
    import numpy as np

    matrix, result = (_aligned(side, side) for _ in range(2))

    def turn() -> None:
        for _ in range(times):
            np.matmul(matrix, matrix, out=result)

    return turn


def prepare_small(calls: int) -> Callable[[], None]:
    """Return the turn: the article's products, forward and gradient, a thread a processor."""
    threads = os.cpu_count() or 1
    works = [_multiplying(calls) for _ in range(threads)]
    pool = ThreadPoolExecutor(threads)

    def turn() -> None:
        for done in [pool.submit(work) for work in works]:
            done.result()

    return turn


def _multiplying(calls: int) -> Callable[[], None]:
    """Return a thread's work, on memory of its own that stays in the processor's cache."""
    import numpy as np

    kernel, windows, errors = (
        _aligned(*shape) for shape in ((FILTERS, WEIGHTS), (WEIGHTS, WINDOWS), (FILTERS, WINDOWS))
    )
    features, gradients = (_aligned(STACK, FILTERS, size) for size in (WINDOWS, WEIGHTS))
    # The same matrices in each product of a stack.
    forward, backward = (
        np.broadcast_to(matrix, (STACK, *matrix.shape)) for matrix in (windows, windows.T)
    )

    def work() -> None:
        for _ in range(calls):
            np.matmul(kernel, forward, out=features)
            np.matmul(errors, backward, out=gradients)

    return work


def _aligned(*shape: int) -> Array:
    """Return float32 numbers of chance in memory that begins at a multiple of ALIGNMENT bytes."""
    import numpy as np

    count = int(np.prod(shape))
    memory = np.empty(4 * count + ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % ALIGNMENT
    numbers = memory[begin : begin + 4 * count].view(np.float32).reshape(shape)
    numbers[...] = np.random.default_rng(0).random(shape, np.float32)
    return numbers
