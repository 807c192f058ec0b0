"""The keywords of Python's functions as sets of options, which the command line has as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from cnncalc.errors import OptionError, received
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.ops.numbers import bias_numbers
from cnncalc.shapes import normalize_padding, pair, whole_number
from cnncalc.tasks.argument_checks import data_given, local, optional_path, plain, plain_numbers
from cnncalc.tasks.arguments import DataLike, KernelLike, NetworkLike, Numbers
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.options import CalculationOptions, ScheduleText, require_real
from cnncalc.tasks.training_options import DataOptions, KeepOptions

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = [
    "calculation_options",
    "data_options",
    "keep_options",
    "network_export",
    "schedule_option",
    "several_kernels",
]


def calculation_options(
    kernels: KernelLike | Sequence[KernelLike] | None,
    bias: float | Sequence[float] | None = None,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
    pooling: PoolingLayer | None = None,
    combine: str | None = None,
    *,
    depthwise: bool = False,
) -> CalculationOptions:
    """Return the options of a calculation as the command line has them; None is no kernel.

    Raises OptionError for sizes that are none.

    >>> asked = calculation_options("edge", bias=1, activation="relu")
    >>> asked.kernels, asked.biases, asked.activation
    (('edge',), ((1,),), 'relu')
    """
    normalize_padding(padding)  # None is no padding, though it stands for what was not said
    for sizes, name in ((strides, "strides"), (dilation_rate, "dilation_rate")):
        pair(sizes, name)  # the command line calls them otherwise
    biases = () if bias is None else (tuple(np.ravel(bias_numbers(bias)).tolist()),)
    sides, stride, dilation = map(plain_numbers, (padding, strides, dilation_rate))
    # What is as the command line has it was left as it is: beside a state nothing may be said.
    return CalculationOptions(
        () if kernels is None else several_kernels(kernels),
        biases,
        None if sides == "valid" else sides,
        None if stride == 1 else stride,
        None if dilation == 1 else dilation,
        activation,
        pooling,
        combine,
        depthwise,
    )


def several_kernels(kernels: KernelLike | Sequence[KernelLike]) -> tuple[KernelLike, ...]:
    """Return kernels one by one: texts, paths, and arrays of one filter each.

    >>> [kernel.shape for kernel in several_kernels(np.zeros((3, 3, 1, 2)))]
    [(3, 3, 1), (3, 3, 1)]
    """
    if isinstance(kernels, list | tuple) and any(
        isinstance(kernel, str | Path) or (isinstance(kernel, np.ndarray) and kernel.ndim != 1)
        for kernel in kernels
    ):
        return tuple(kernels)
    if isinstance(kernels, np.ndarray) and kernels.ndim == 4:  # (height, width, channels, filters)
        return tuple(np.moveaxis(kernels, 3, 0))
    return (cast("KernelLike", kernels),)  # numbers in lists, too, are one array


def network_export(
    network: NetworkLike | None,
    input_shape: Shape | None,
    weights: str | Path | None,
    class_names: Sequence[str] | None,
    target: str | int | None,
    *,
    resize: bool,
) -> NetworkExport:
    """Return the options of a whole network as the command line has them.

    >>> network_export("Flatten()", (2, 2, 1), None, None, 1, resize=False).target
    '1'
    """
    return NetworkExport(
        local(network, "network"),
        input_shape,
        optional_path(weights, "weights"),
        resize,
        class_names,
        None if target is None else str(target),
    )


def data_options(
    data: DataLike | None,
    image_size: Numbers | None,
    fit: Fit | None,
    label_column: str | None = None,
    cache: str | Path | None = None,
    *,
    grey: bool,
    strict: bool = False,
) -> DataOptions:
    """Return which data there is, and how it is read, as the command line has it.

    >>> data_options("photos", (32, 32), None, grey=True).path.name
    'photos'
    """
    kept = optional_path(cache, "cache")
    return DataOptions(data_given(data), image_size, fit, grey, label_column, strict, kept)


def keep_options(
    output: str | Path | None,
    history: str | Path | None,
    report: str | Path | None,
    checkpoint_minutes: float | None,
    paper: str | None = None,
    *,
    force: bool,
    resume: bool,
) -> KeepOptions:
    """Return what is to be written of a training as the command line has it.

    >>> keep_options("model.keras", None, None, None, force=True, resume=False).output.name
    'model.keras'
    """
    paths = optional_path(history, "history"), optional_path(report, "report")
    model = optional_path(output, "output")
    return KeepOptions(model, force, resume, checkpoint_minutes, *paths, paper)


def schedule_option(schedule: object) -> ScheduleText | None:
    """Return a schedule as the command line has it, None where none is given.

    Raises OptionError for what is none.

    >>> schedule_option(("step", 2, 0.5))
    ScheduleText(name='step', epochs_between=2, factor=0.5)
    """
    if schedule is None:
        return None
    parts = schedule if isinstance(schedule, tuple | list) else (schedule,)
    name, *numbers = map(plain, parts) if parts else (None,)
    if name not in ("constant", "cosine", "step") or len(numbers) > 2 * (name == "step"):
        message = "schedule must be 'constant', 'cosine', or ('step', epochs, factor). "
        raise OptionError(message + f"Received: schedule={received(schedule)}")
    if numbers:
        whole_number(numbers[0], "schedule")
        require_real(numbers[-1], "schedule")
    return ScheduleText(str(name), *cast("list[int]", numbers))
