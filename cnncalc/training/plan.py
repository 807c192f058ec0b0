"""What to train and how, written down before anything is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.errors import OptionError
from cnncalc.network import Network
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.optimizers import Adam, Optimizer
from cnncalc.training.stopping import EarlyStopping

__all__ = ["TrainingPlan"]


@dataclass(frozen=True)
class TrainingPlan:
    """What to train and how; the defaults are the article's.

    `network` brings the initial weights. `threads` is how many pieces of a batch are worked on
    at once, None for one a processor; it changes no number.
    """

    network: Network
    loss: Loss = LOSSES["categorical_crossentropy"]
    optimizer: Optimizer = field(default_factory=Adam)
    epochs: int = 5
    batch_size: int = 128
    seed: int = 0
    early_stopping: EarlyStopping | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "threads"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                message = f"{name} must be a whole number, at least 1. Received: {name}={value!r}"
                raise OptionError(message)
