"""Objects as Keras serializes them: {"module": …, "class_name": …, "config": {…}}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncalc.errors import InputError, received
from cnncalc.files.paths import printable, quoted

__all__ = [
    "OWN_PACKAGE",
    "Json",
    "from_float32",
    "inner",
    "is_of_keras",
    "mapping",
    "object_text",
    "serialized",
    "shown",
    "snake_case",
]

Json = Mapping[str, Any]

OWN_PACKAGE = "cnncalc>"
"""What Keras's registered names of layers that only cnncalc has start with."""

# `keras.src.…` and `tensorflow.keras.…` begin with these, a user's module with none.
_PACKAGES = ("keras", "tf_keras", "tensorflow")
# Options of every object that say nothing of what it does.
_UNSAID = ("name", "dtype")


def serialized(
    module: str, kind: str, config: Json, registered: str | None = None
) -> dict[str, Any]:
    """Return an object of a class as Keras serializes it.

    Arguments: the `module` and `kind` of its class; what it is made from; the name under which a
    class that is not Keras's is `registered`.
    """
    return {
        "module": module,
        "class_name": kind,
        "config": dict(config),
        "registered_name": registered,
    }


def is_of_keras(entry: Json) -> bool:
    """Tell whether a serialized object is of a class of Keras's, or of cnncalc's, own.

    Keras names a class of its author's own by a module or a package of the author's.

    >>> is_of_keras({"module": "keras.layers", "class_name": "Dense", "registered_name": None})
    True
    >>> is_of_keras({"module": "mine", "class_name": "Dense", "registered_name": "Dense"})
    False
    """
    kind, registered = entry.get("class_name"), entry.get("registered_name")
    if registered in (None, f"{OWN_PACKAGE}{kind}"):
        return True
    return registered == kind and str(entry.get("module")).partition(".")[0] in _PACKAGES


def inner(value: object, key: str) -> object:
    """Return what a serialized object holds by its name, any other value as it is.

    >>> inner({"class_name": "DTypePolicy", "config": {"name": "float32"}}, "name")
    'float32'
    """
    config = value.get("config") if isinstance(value, Mapping) else None
    return config.get(key) if isinstance(config, Mapping) else value


def from_float32(value: Any) -> Any:  # noqa: ANN401 (JSON, which whoever takes it checks)
    """Return a number as it was written before Keras rounded it to float32, if it did.

    >>> from_float32(0.10000000149011612), from_float32(0.1)
    (0.1, 0.1)
    """
    if not isinstance(value, float):
        return value
    with np.errstate(over="ignore"):
        single = np.float32(value)
    return float(str(single)) if value == single else value


def object_text(value: object) -> str:
    """Return a value of a configuration as one would write it.

    >>> object_text({"class_name": "MaxNorm", "config": {"max_value": 0.5, "axis": None}})
    'MaxNorm(max_value=0.5)'
    >>> object_text({"class_name": "function", "config": "huber"}), object_text("mae")
    ('huber', 'mae')
    """
    if isinstance(value, str):
        return printable(value)
    if not isinstance(value, Mapping) or "class_name" not in value:
        return received(from_float32(value))
    config = value.get("config")
    if isinstance(config, str):
        return printable(config)
    options = config.items() if isinstance(config, Mapping) else ()
    said = [
        f"{name}={_within(option)}"
        for name, option in options
        if name not in _UNSAID and option is not None
    ]
    return printable(f"{value['class_name']}({', '.join(said)})")


def _within(value: object) -> str:
    """Return what an object holds, other objects by their class alone."""
    if isinstance(value, Mapping) and "class_name" in value:
        return f"{value['class_name']}(…)"
    return received(from_float32(value))


def snake_case(name: str) -> str:
    """Return the name of Keras's function that does what a class of it does.

    >>> snake_case("SparseCategoricalCrossentropy"), snake_case("MSE")
    ('sparse_categorical_crossentropy', 'mse')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def mapping(value: object, what: str) -> Json:
    """Return a JSON object as it is; raise InputError, saying what it should be, for another."""
    if not isinstance(value, Mapping):
        message = f"{what} must be a JSON object. Received: {shown(value)}"
        raise InputError(message)
    return value


def shown(value: object) -> str:
    """Return a value of a file as a message shows it, in quotes."""
    return quoted(value if isinstance(value, str) else repr(value))
