"""Keras 3 on one of its backends, imported when it is asked for: cnncalc needs neither."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnncalc.errors import OptionError
from cnncalc.files.silence import silenced_standard_error

__all__ = ["BACKENDS", "import_keras"]

BACKENDS = ("jax", "torch", "tensorflow")
"""The backends that train; the first one that is installed is taken where none is chosen."""

INSTALL = "pip install 'cnncalc[keras]'"


def import_keras() -> Any:
    """Import Keras, on the backend that it is set to or else on one that is installed.

    KERAS_BACKEND names the backend, or Keras's own keras.json.
    Raises OptionError, with what to install, where Keras 3 or its backend is missing.
    """
    if "keras" not in sys.modules:
        if find_spec("keras") is None:
            message = f"engine keras needs Keras 3, which is not installed: {INSTALL}"
            raise OptionError(message)
        os.environ["KERAS_BACKEND"] = _backend()
        # TensorFlow's own words on processors and graphics cards: errors alone from now on.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # It says some while it is imported, before it has heard of that.
    with silenced_standard_error():
        keras = import_module("keras")
    if int(keras.__version__.partition(".")[0]) < 3:
        message = f"engine keras needs Keras 3: {INSTALL}. Received: Keras {keras.__version__}"
        raise OptionError(message)
    return keras


def _backend() -> str:
    """Return the chosen backend, or one that is installed."""
    chosen = os.environ.get("KERAS_BACKEND")
    if chosen and (chosen not in BACKENDS or find_spec(chosen) is None):
        what = "which is not installed" if chosen in BACKENDS else "which can't train"
        message = (
            "KERAS_BACKEND must name an installed backend, jax, torch or tensorflow. "
            f"Received: KERAS_BACKEND={chosen}, {what}"
        )
        raise OptionError(message)
    if chosen:
        return chosen
    installed = [name for name in BACKENDS if find_spec(name) is not None]
    if not installed:
        message = f"engine keras needs jax, torch or tensorflow, none is installed: {INSTALL}"
        raise OptionError(message)
    configured = _configured_backend()
    # Keras writes "tensorflow" into its file by itself, whether that is there or not.
    return configured if configured in installed else installed[0]


def _configured_backend() -> str | None:
    folder = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    try:
        return str(json.loads((folder / "keras.json").read_text())["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
