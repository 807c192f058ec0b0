"""What a training's report holds, whatever it is written as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnncalc.network import Array, Network
from cnncalc.training.history import EpochRecord
from cnncalc.training.metrics import ClassReport

__all__ = ["Mistake", "TrainingReport"]


@dataclass(frozen=True, eq=False)
class Mistake:
    """One image, (height, width, channels), that was taken for another class than its own."""

    name: str
    image: Array
    true_class: str
    predicted_class: str
    loss: float


@dataclass(frozen=True, eq=False)
class TrainingReport:
    """A training from its settings to its worst mistakes.

    `settings` are what was trained and how, by name; `tested_on` says on which data the
    `classes` were told apart; `mistakes` are the worst ones, worst first; no pixel of theirs is
    above `largest`.
    """

    network: Network
    settings: Mapping[str, str]
    history: Sequence[EpochRecord]
    tested_on: str
    classes: ClassReport
    mistakes: Sequence[Mistake]
    largest: float = 255
