"""What every task takes: what it works on, in any of its forms, and who hears of the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeGuard

from cnncalc.errors import OptionError, received

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cnncalc.files.trained_models import TrainedModel
    from cnncalc.layers import Layer
    from cnncalc.network import Network
    from cnncalc.training.fit import Watcher

__all__ = [
    "Advance",
    "Caller",
    "DataLike",
    "ImageLike",
    "KernelLike",
    "LiveModel",
    "ModelLike",
    "NetworkLike",
    "Numbers",
    "PillowImage",
    "Say",
    "ignore",
    "is_live",
]


class PillowImage(Protocol):
    """What an image of Pillow's has, which is not imported to say so."""

    @property
    def mode(self) -> str:
        """What its channels are, such as "RGB"."""

    @property
    def size(self) -> tuple[int, int]:
        """Its width and height."""

    def getbands(self) -> tuple[str, ...]:
        """Return the names of its channels."""


class LiveModel(Protocol):
    """What a live Keras model has, which is not imported to say so."""

    def get_config(self) -> Mapping[str, Any]:
        """Return how it is put together."""

    def get_weights(self) -> Sequence[Any]:
        """Return its weights as arrays."""

    def save(self, path: Path, /) -> None:
        """Save it as a `.keras` file."""


# Texts, since what they name is not imported; they are read by type checkers alone.
ImageLike: TypeAlias = "str | Path | ArrayLike | PillowImage"
"""A path, an array (height, width[, channels]), a Pillow image, or a name: "article:6x6"."""

KernelLike: TypeAlias = "str | Path | ArrayLike"
"""An array (height, width[, channels]), a path, or what --kernel takes: rows, a name, "@FILE"."""

NetworkLike: TypeAlias = "str | Path | Sequence[Layer] | Network | TrainedModel | LiveModel"
"""Keras calls as text, a path to them or to a .keras file, layers, a Network, a Keras model."""

ModelLike: TypeAlias = "str | Path | LiveModel | Network | TrainedModel"
"""A .keras file's path, a live Keras model, a Network with its weights, a TrainedModel."""

DataLike: TypeAlias = "str | Path | tuple[ArrayLike, ArrayLike]"
"""A path to what `cnncalc train` takes, or (images, labels) as arrays."""

Numbers = int | tuple[int, ...]
"""One number as it was written, or several."""


def is_live(value: object) -> TypeGuard[LiveModel]:
    """Say whether an object is a Keras model, or one that has the same parts.

    >>> is_live("model.keras")
    False
    """
    parts = ("get_config", "get_weights", "save")
    return all(callable(getattr(value, part, None)) for part in parts)


Say = Callable[[str], None]
"""Told a sentence about what was read, assumed or written."""

Advance = Callable[[int], None]
"""Told how many more steps are done."""


def ignore(sentence: str) -> None:
    """Hear a remark that nobody wants to know: the default of every `say`."""


def _require_function(say: object) -> None:
    if not callable(say):
        message = "say must be a function of a text, such as print. "
        raise OptionError(message + f"Received: say={received(say)}")


class Caller:
    """A caller in Python: told sentences alone, by its `say`, as they come.

    The command line's is another, which keeps remarks back until the command works, shows progress
    on a terminal, and can be interrupted. Its `command` is what was typed, for the record that goes
    into files.

    >>> Caller(print).remark("article:6x6: a grid of the article, 6×6")
    article:6x6: a grid of the article, 6×6
    """

    def __init__(self, say: Say = ignore) -> None:
        _require_function(say)
        self._say = say

    @property
    def command(self) -> str:
        """The command that was typed; empty, since none was."""
        return ""

    def remark(self, sentence: str) -> None:
        """Hear something about what was read."""
        self._say(sentence)

    def note(self, sentence: str) -> None:
        """Hear something about the work, such as which file was written."""
        self._say(sentence)

    def offers(self, option: str) -> bool:
        """Say whether the caller can give an option, by its name on the command line."""
        return bool(option)

    def working(
        self, words: str, seconds: float, total: int | None = None
    ) -> AbstractContextManager[Advance]:
        """Have work announced that takes long, as long as the block runs.

        Arguments: what is being done, in `words`; about how many `seconds` it takes; of how many
        steps it is in `total`, None where that can't be told.
        """
        del words, seconds, total  # a caller in Python has no terminal to show them on
        return nullcontext(lambda steps: None)

    def decoding(self) -> AbstractContextManager[Callable[[int, int], None]]:
        """Have it heard how many photos of how many are decoded."""
        return nullcontext(lambda done, total: None)

    def training(self, epochs: int, batches: int) -> AbstractContextManager[Sequence[Watcher]]:
        """Have a training watched of so many `epochs`, and `batches` in each."""
        del epochs, batches
        return nullcontext(())

    def interruption(self) -> AbstractContextManager[Callable[[], bool]]:
        """Have long work asked whether to stop at the next good moment."""
        return nullcontext(lambda: False)
