"""A model with its weights: a `.keras` file, a live Keras model, or what a task returned.

A live model is read through a `.keras` file that it saves itself; Keras is not imported for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.errors import CnncalcError, InputError, OptionError, received
from cnncalc.files.paths import file_origin, quoted, reason
from cnncalc.network import Network
from cnncalc.provenance import Origin

if TYPE_CHECKING:
    from cnncalc.files.trained_models import TrainedModel

__all__ = ["KnownModel", "is_live", "read_trained", "saved_model"]

_PARTS = ("get_config", "get_weights", "save")


def is_live(value: object) -> bool:
    """Say whether an object is a Keras model, or one that has the same parts.

    >>> is_live("model.keras")
    False
    """
    return all(callable(getattr(value, part, None)) for part in _PARTS)


@contextmanager
def saved_model(model: Any) -> Iterator[Path]:  # noqa: ANN401 (Keras is not imported)
    """Have a model save itself, and yield the `.keras` file, which is removed after the block.

    Raises InputError where it can't be saved; what reads the file then names the model, not it.
    """
    with TemporaryDirectory(prefix="cnncalc-") as folder:
        path = Path(folder) / f"{_file_name(model)}.keras"
        try:
            model.save(path)
        except Exception as error:  # whatever Keras, or a layer of the user's own, raises
            message = f"the Keras model can't be saved to be read: {reason(error)}"
            raise InputError(message) from error
        try:
            yield path
        except CnncalcError as error:
            # Nobody knows of the file: it is removed before anyone could look.
            message = str(error).replace(quoted(path), "the Keras model")
            raise type(error)(message) from error


def _file_name(model: Any) -> str:  # noqa: ANN401 (as above)
    """Return the model's name for messages, as far as a file can have it."""
    name = str(getattr(model, "name", ""))
    return name if name.isidentifier() else "model"


class KnownModel(NamedTuple):
    """A trained model, what it is called in messages, and where it comes from."""

    trained: TrainedModel
    name: str
    origin: Origin


def read_trained(model: Any) -> KnownModel:  # noqa: ANN401 (a path or an object)
    """Read a model that classifies images.

    Arguments: the `model`, a `.keras` file's path, a live Keras model, a Network with its weights,
    or a TrainedModel.
    Raises InputError where it can't be read, or is none.
    """
    from cnncalc.files.keras_training import Training
    from cnncalc.files.trained_models import TrainedModel, read_model, require_classifier

    if isinstance(model, str | Path):
        path = Path(model)
        return KnownModel(read_model(path), quoted(path), file_origin(path))
    if is_live(model):
        with saved_model(model) as path:
            return KnownModel(read_model(path), "the model", Origin("Python", "a Keras model"))
    if isinstance(model, Network):
        model = TrainedModel(model, (), "stretch", Training())
    if not isinstance(model, TrainedModel):
        message = (
            "a model must be a .keras file's path, a Keras model, a Network or a TrainedModel. "
            f"Received: {received(model)}"
        )
        raise OptionError(message)
    require_classifier(model.network, "the model")
    return KnownModel(model, "the model", Origin("Python", "a trained network"))
