"""Whether a training fits into the memory that is left, asked before its first batch."""

from __future__ import annotations

from cnncalc.cli.memory import gigabytes, require_left
from cnncalc.layers.base import size_text
from cnncalc.training.dataset import Dataset
from cnncalc.training.plan import TrainingPlan, training_bytes

__all__ = ["require_training_memory"]


def require_training_memory(plan: TrainingPlan, training: Dataset) -> None:
    """Raise ShapeError where a training would not fit into the memory that is left.

    Arguments: the `plan`; the data for `training`.
    """
    wanted = training_bytes(plan, len(training.class_names), len(training))
    training_of = f"training this network on images of {size_text(training.input_shape)}"
    require_left(
        wanted,
        f"{training_of} needs {gigabytes(wanted)} of memory at least",
        "smaller images, fewer filters or units, or fewer --threads, take less",
    )
