"""Convolving and pooling one image, as functions of Python: the result, or every step of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from cnncalc import calculator
from cnncalc.errors import OptionError
from cnncalc.files.source import is_pillow
from cnncalc.layers import PoolingLayer
from cnncalc.layers.pooling import PoolingMode
from cnncalc.network import Array, forward
from cnncalc.ops.numbers import overflow_allowed, require_held
from cnncalc.tasks.argument_checks import named
from cnncalc.tasks.arguments import Caller, ImageLike, KernelLike, Say, ignore
from cnncalc.tasks.calculation import calculated_trace, read_calculation
from cnncalc.tasks.inputs import read_image
from cnncalc.tasks.keyword_options import calculation_options, several_kernels
from cnncalc.tasks.options import InputOptions
from cnncalc.trace import Trace

__all__ = ["calculate", "convolve", "pool"]


def convolve(
    x: ImageLike,
    kernels: KernelLike | Sequence[KernelLike],
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
) -> Array:
    """Convolve an image with one kernel or several; the kernel is not flipped, as in Keras.

    Arguments: `x`, an array (height, width) or (height, width, channels), a path or a Pillow image;
    `kernels`, one of (height, width) or (height, width, channels), a list of such arrays, or all in
    Keras's (height, width, channels, filters), or as text: a name such as "sobel-x", rows, "@FILE",
    or a path; `bias`, one number or one a filter; the others as in Keras's Conv2D, `padding` in
    numbers as well.
    Returns (height, width, filters) in float64; (height, width) where `x` and `kernels` are 2-D.
    Raises ShapeError or OptionError where the arguments don't fit or aren't finite numbers, and
    where the result grows beyond float64, InputError for a file that can't be read.

    >>> convolve([[18, 54, 51], [55, 121, 75], [35, 24, 204]], [[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    array([[429.]])
    >>> convolve("article:6x6", "sobel-x").shape
    (4, 4, 1)
    """
    _require_given(x)
    if not _is_named(x) and not any(
        isinstance(kernel, str | Path) for kernel in several_kernels(kernels)
    ):
        return calculator.convolve(
            x,
            kernels,
            bias,
            padding=padding,
            strides=strides,
            dilation_rate=dilation_rate,
            activation=activation,
        )
    wanted = calculation_options(kernels, bias, padding, strides, dilation_rate, activation)
    asked = read_calculation(InputOptions(named(x, "x")), wanted, Caller())
    with overflow_allowed():
        result: Array = forward(asked.network, asked.image.values[np.newaxis])[0]
    require_held(result, "the result")
    return result


def pool(
    x: ImageLike,
    size: int | Sequence[int] = 2,
    strides: int | Sequence[int] | None = None,
    *,
    mode: PoolingMode = "max",
    padding: str | int | Sequence[int] = "valid",
) -> Array:
    """Pool an image: each depth slice by itself.

    Arguments: `x`, an array (height, width) or (height, width, channels), a path or a Pillow image;
    the window's `size`; its `strides`, the size where left out; `mode`, "max", "average" or "l2";
    `padding` as in `convolve`.
    Returns an array of as many dimensions as `x`, of an image three, float64.
    Raises ShapeError, OptionError or InputError as `convolve` does.

    >>> pool([[429, 505], [261, 792]])
    array([[792.]])
    >>> pool("article:6x6", 3, mode="average").shape
    (2, 2, 1)
    """
    image = read_image(named(x, "x")) if _is_named(x) else x
    return calculator.pool(image, size, strides, mode=mode, padding=padding)


def calculate(
    image: ImageLike | None,
    kernels: KernelLike | Sequence[KernelLike],
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
    depthwise: bool = False,
    combine: Literal["sum", "max"] | None = None,
    pooling: PoolingLayer | None = None,
    sheet: str | None = None,
    cell_range: str | None = None,
    say: Say = ignore,
) -> Trace:
    """Convolve an image and keep every step, as `cnncalc convolve` shows them.

    Arguments: the `image`, as `read_image` takes it; the others as in `convolve`; `depthwise`,
    whether each channel is convolved by itself; `combine`, "sum" or "max" of the filters' outputs;
    a `pooling` layer; of a workbook, the `sheet` and the `cell_range`; `say`, which hears what was
    read and how.
    Returns the trace: padded input, products' sums, bias, activation, pooling.
    Raises ShapeError, OptionError, NotationError or InputError for what can't be used.

    >>> from cnncalc import pooling_layer
    >>> trace = calculate("article:6x6", "1 0 1; 0 1 0; 1 0 1", -500, activation="relu",
    ...                   pooling=pooling_layer("max"))
    >>> [stage.name for stage in trace.stages], trace.output[0, 0].tolist()
    (['input', 'convolution', 'bias', 'activation', 'pooling'], [292.0])
    """
    from cnncalc.tasks.notebook.traces import NotebookTrace  # no command waits for it

    wanted = calculation_options(
        kernels,
        bias,
        padding,
        strides,
        dilation_rate,
        activation,
        pooling,
        combine,
        depthwise=depthwise,
    )
    if not wanted.kernels:
        message = "kernels must be arrays, or texts such as 'sobel-x'. Received: none"
        raise OptionError(message)
    caller = Caller(say)
    asked = read_calculation(InputOptions(named(image, "image"), sheet, cell_range), wanted, caller)
    trace = calculated_trace(asked.network, asked.image, asked.provenance, caller)
    return NotebookTrace.of(trace)


def _require_given(x: object) -> None:
    """Refuse None, which stands for the article's digit elsewhere."""
    if x is None:
        message = "x must be an array, a path or a Pillow image. Received: x=None"
        raise OptionError(message)


def _is_named(image: object) -> bool:
    """Say whether an image is to be read, or converted, and is no array."""
    return isinstance(image, str | Path) or is_pillow(image)
