"""What can be asked of a training, and of what was trained, each set one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.errors import OptionError
from cnncalc.sheet.paper import Paper
from cnncalc.tasks.argument_checks import normalize, plain_numbers
from cnncalc.tasks.arguments import DataLike, ImageLike, NetworkLike, Numbers
from cnncalc.tasks.options import (
    ScheduleText,
    require_choice,
    require_reals,
    require_texts,
    require_wholes,
)

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = [
    "DEFAULT_BATCH",
    "DEFAULT_LOSS",
    "DEFAULT_SPLIT",
    "ENGINES",
    "FITS",
    "LOSSES",
    "DataOptions",
    "GradientOptions",
    "KeepOptions",
    "TakingOptions",
    "TrainingExport",
    "TrainingOptions",
]

LOSSES = ("categorical_crossentropy", "binary_crossentropy", "mean_squared_error")
DEFAULT_LOSS = LOSSES[0]
FITS = ("stretch", "crop", "pad")
ENGINES = ("numpy", "keras")
DEFAULT_SPLIT = 0.3
# The samples of a step in a workbook, where each has a part of the sheet.
DEFAULT_BATCH = 4


@dataclass(frozen=True)
class TakingOptions:
    """Whether image files keep their values, and whether negatives are taken."""

    raw: bool = False
    invert: bool = False

    def __post_init__(self) -> None:
        normalize(self)


@dataclass(frozen=True)
class TrainingExport:
    """How many steps of a training to export, and how it is trained."""

    training_steps: int | None = None
    batch_size: int | None = None
    samples: int | None = None
    loss: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    validation_split: float | None = None
    raw: bool = False
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, training_steps=1, batch_size=1, samples=1)
        require_reals(self, "learning_rate", "validation_split")
        require_texts(self, "loss", "optimizer")


@dataclass(frozen=True)
class GradientOptions:
    """Of which array the gradient is, if one, and of which loss on which samples."""

    gradient: str | None = None
    target: str | None = None
    loss: str | None = None
    batch_size: int | None = None
    sample: int | None = None
    validation_split: float | None = None
    raw: bool = False
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, batch_size=1, sample=0)
        require_reals(self, "validation_split")
        require_texts(self, "loss")


@dataclass(frozen=True, eq=False)
class DataOptions:
    """Which data, and how it is read: a path, (images, labels) as arrays, None for the digits."""

    data: DataLike | ImageLike | None = None  # an image is refused when it is read
    image_size: Numbers | None = None
    fit: Fit | None = None
    grey: bool = False
    label_column: str | None = None
    strict: bool = False
    cache: Path | None = None

    def __post_init__(self) -> None:
        normalize(self)
        if self.fit is not None:
            require_choice(self.fit, "fit", FITS)
        require_texts(self, "label_column")
        object.__setattr__(self, "image_size", plain_numbers(self.image_size))

    @property
    def path(self) -> Path | None:
        """The file or folder, None for the digits and for what is in memory."""
        return self.data if isinstance(self.data, Path) else None


@dataclass(frozen=True)
class TrainingOptions:
    """What to train, and how; None where the data's own default holds."""

    network: NetworkLike | None = None
    epochs: int | None = None
    batch_size: int | None = None
    validation_split: float | None = None
    stratify: bool = False
    rescale: float | None = None
    raw: bool = False
    loss: str | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    weight_decay: float | None = None
    l2: float | None = None
    schedule: ScheduleText | None = None
    early_stopping: int | None = None
    restore_best: bool = False
    seed: int = 0
    threads: int | None = None
    engine: str = "numpy"
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        normalize(self)
        require_wholes(self, seed=0, threads=1, early_stopping=0)
        require_reals(self, "validation_split", "rescale", "learning_rate", "weight_decay", "l2")
        if self.rescale is not None and not isfinite(self.rescale):
            message = f"rescale must be a finite number. Received: rescale={self.rescale}"
            raise OptionError(message)
        require_texts(self, "loss", "optimizer")
        require_choice(self.engine, "engine", ENGINES)


@dataclass(frozen=True)
class KeepOptions:
    """What to write, if anything, and whether to go on from what was written."""

    output: Path | None = None
    force: bool = False
    resume: bool = False
    checkpoint_minutes: float | None = None
    history: Path | None = None
    report: Path | None = None
    paper: str | None = None

    def __post_init__(self) -> None:
        normalize(self)
        if self.paper is not None:
            require_choice(self.paper, "paper", list(Paper))
            if self.report is None:
                message = "--paper is what a --report is printed on. Received: --paper alone"
                raise OptionError(message)
        require_reals(self, "checkpoint_minutes")
