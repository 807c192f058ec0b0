"""Whether a calculation fits into the memory that is left, asked before it begins."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.errors import ShapeError
from cnncalc.files.pixels import PixelHeader
from cnncalc.layers import Layer, Shape
from cnncalc.layers.base import size_text
from cnncalc.trace import trace_bytes

if TYPE_CHECKING:
    from cnncalc.training.dataset import Dataset
    from cnncalc.training.plan import TrainingPlan

__all__ = [
    "Keep",
    "gigabytes",
    "keep_all",
    "memory_left",
    "require_memory",
    "require_training_memory",
]

# From layers and the image's shape to the names of those whose steps are kept, None for all.
Keep = Callable[[Sequence[Layer], Shape], Collection[str] | None]


def keep_all(layers: Sequence[Layer], input_shape: Shape) -> None:
    """Have a trace keep the steps of all layers."""


# Linux says what programs can still take, and what a container of theirs may take at most.
MEMORY = Path("/proc/meminfo")
CONTAINERS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def require_memory(
    layers: Sequence[Layer],
    shape: Shape,
    header: PixelHeader,
    keep: Collection[str] | None = None,
    *,
    smaller: str,
) -> None:
    """Raise ShapeError where the trace of an image would not fit into the memory that is left.

    Arguments: the network's `layers`; the `shape` in which it takes the image; the image's
    `header`; the names of the layers whose steps it must `keep`, None for all; what the user can
    make `smaller`.
    """
    wanted = trace_bytes(layers, shape, keep)
    steps = "all steps" if keep is None else "the largest steps"
    calculation = f"{steps} of this calculation on {header.name}, taken as {size_text(shape)},"
    _require_left(wanted, f"{calculation} need {gigabytes(wanted)} of memory", smaller)


def require_training_memory(plan: TrainingPlan, training: Dataset) -> None:
    """Raise ShapeError where a training would not fit into the memory that is left.

    Arguments: the `plan`; the data for `training`.
    """
    # Imported here: a calculation needs to know nothing of training.
    from cnncalc.training.plan import training_bytes

    wanted = training_bytes(plan, len(training.class_names), len(training))
    training_of = f"training this network on images of {size_text(training.input_shape)}"
    _require_left(
        wanted,
        f"{training_of} needs {gigabytes(wanted)} of memory at least",
        "smaller images, fewer filters or units, or fewer --threads, take less",
    )


def _require_left(wanted: int, needs: str, smaller: str) -> None:
    """Raise ShapeError where less memory is left than is `wanted`, in bytes.

    Arguments: what `needs` so much, in words; what the user can make `smaller`.
    """
    left = memory_left()
    if wanted > left:
        message = f"{needs}, and {gigabytes(left)} are left; {smaller}"
        raise ShapeError(message)


def gigabytes(size: float) -> str:
    """Write a number of bytes.

    >>> gigabytes(24_600_000_000)
    '24.6 GB'
    """
    return f"{size / 1e9:,.1f} GB"


def memory_left() -> float:
    """Return how many bytes of memory may still be taken, infinity where the system can't tell.

    >>> memory_left() > 0
    True
    """
    return min(_machine(), *map(_container, CONTAINERS))


def _machine() -> float:
    available = re.search(r"^MemAvailable: +(\d+) kB$", _read(MEMORY), re.MULTILINE)
    if available is not None:
        return 1024 * int(available[1])
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return math.inf


def _container(path: Path) -> float:
    limit = _read(path).strip()
    return int(limit) if limit.isdecimal() else math.inf


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
