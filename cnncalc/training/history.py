"""What each epoch of a training came to, and when to stop: early stopping, as in Keras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from cnncalc.errors import OptionError

__all__ = ["EarlyStopping", "EpochRecord", "Score", "Verdict"]


@dataclass(frozen=True)
class Score:
    """Means over samples: the loss, and the share that was classified right."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochRecord:
    """One finished epoch, counted from 1.

    `loss` and `accuracy` are means over the training samples, taken while the weights change, as
    Keras reports them; the `val_` ones, None without validation data, are taken after the epoch.
    `learning_rate` is that of the epoch's last step. `images` were trained on in `seconds`,
    validation not counted.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float
    images: int
    seconds: float

    @property
    def images_per_second(self) -> float:
        """The speed of training alone."""
        return self.images / self.seconds if self.seconds else 0.0

    def row(self) -> dict[str, float | int | None]:
        """Return the record's numbers by name, for a table or a file.

        >>> list(EpochRecord(1, 0.5, 0.75, None, None, 0.001, 10, 0.1).row())[:3]
        ['epoch', 'loss', 'accuracy']
        """
        return asdict(self)


Monitor = Literal["val_loss", "val_accuracy", "loss", "accuracy"]


@dataclass(frozen=True)
class Verdict:
    """Whether to stop, and which epoch, counted from 1, was the best so far (0 for none)."""

    stop: bool
    best_epoch: int


@dataclass(frozen=True)
class EarlyStopping:
    """Stop once `monitor` has not improved by more than `min_delta` for `patience` epochs.

    The best epoch's weights are put back at the end where `restore_best_weights` says so.
    Convention: https://keras.io/api/callbacks/early_stopping/
    """

    monitor: Monitor = "val_loss"
    min_delta: float = 0.0
    patience: int = 0
    restore_best_weights: bool = False

    def __post_init__(self) -> None:
        if self.monitor not in ("val_loss", "val_accuracy", "loss", "accuracy"):
            message = (
                "monitor must be val_loss, val_accuracy, loss or accuracy. "
                f"Received: monitor={self.monitor!r}"
            )
            raise OptionError(message)
        if self.patience < 0 or self.min_delta < 0:
            message = (
                "patience and min_delta must be at least 0. "
                f"Received: patience={self.patience}, min_delta={self.min_delta}"
            )
            raise OptionError(message)

    def check(self, *, validated: bool) -> None:
        """Raise OptionError where the monitored number won't be there."""
        if self.monitor.startswith("val_") and not validated:
            message = (
                f"early stopping on {self.monitor} needs validation data. "
                "Received: none, by a validation_split of 0"
            )
            raise OptionError(message)

    def judge(self, history: Sequence[EpochRecord]) -> Verdict:
        """Decide from all epochs so far; it is asked after each of them.

        >>> losses = [0.9, 0.5, 0.6, 0.7]
        >>> history = [EpochRecord(i, x, 0, x, 0, 0, 0, 0) for i, x in enumerate(losses, 1)]
        >>> EarlyStopping(patience=2).judge(history)
        Verdict(stop=True, best_epoch=2)
        """
        best: float | None = None
        best_epoch = wait = 0
        for record in history:
            value: float = getattr(record, self.monitor)
            wait += 1
            if best is None or self._is_better(value, best):
                best, best_epoch, wait = value, record.epoch, 0
        # Keras never stops after the first epoch, whatever the patience.
        stop = 0 < wait >= self.patience and len(history) > 1
        return Verdict(stop, best_epoch)

    def _is_better(self, value: float, best: float) -> bool:
        if self.monitor.endswith("accuracy"):
            return value - self.min_delta > best
        return value + self.min_delta < best
