"""What each epoch of a training came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["EpochRecord", "Score"]


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
