"""A live Keras model, read by way of the file that it saves itself to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cnncalc.errors import CnncalcError, InputError
from cnncalc.files.paths import quoted, reason
from cnncalc.tasks.arguments import LiveModel

__all__ = ["saved_model"]


@contextmanager
def saved_model(model: LiveModel) -> Iterator[Path]:
    """Have a model save itself, and yield the `.keras` file, which is removed after the block.

    Raises InputError where it can't be saved; what reads the file then names the model, not it.
    """
    name = str(getattr(model, "name", ""))  # messages have it as far as a file can
    with TemporaryDirectory(prefix="cnncalc-") as folder:
        path = Path(folder) / f"{name if name.isidentifier() else 'model'}.keras"
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
