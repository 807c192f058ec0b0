"""Whether a training fits into the memory that is left, asked before its first batch."""

from __future__ import annotations

from cnncalc.cli import memory
from cnncalc.cli.memory import gigabytes
from cnncalc.errors import ShapeError
from cnncalc.layers.base import size_text
from cnncalc.training.dataset import Dataset
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.size import training_bytes

__all__ = ["require_training_memory"]


def require_training_memory(plan: TrainingPlan, training: Dataset) -> None:
    """Raise ShapeError where a training would not fit into the memory that is left.

    Arguments: the `plan`; the data for `training`.
    """
    wanted = training_bytes(plan, len(training.class_names), len(training))
    left = memory.memory_left()
    if wanted > left:
        message = (
            f"training this network on images of {size_text(training.input_shape)} needs "
            f"{gigabytes(wanted)} of memory at least, and {gigabytes(left)} are left; smaller "
            "images, fewer filters or units, or fewer --threads, take less"
        )
        raise ShapeError(message)
