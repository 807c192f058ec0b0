"""What a caller gives as numbers, made an array or refused in one line that says where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import OptionError, received
from cnncalc.ops.arrays import Array

__all__ = [
    "bias_numbers",
    "finite_numbers",
    "is_masked",
    "overflow_allowed",
    "real_numbers",
    "require_held",
]

# NumPy's kinds of type that hold real numbers: truth values, whole numbers, floating point.
_REAL = "biuf"


def is_masked(value: object) -> bool:
    """Tell whether something is a masked array with numbers that are masked out.

    NumPy's module of masked arrays takes its time to import: only such an array asks for it.

    >>> is_masked(np.ma.masked_equal([1, 2], 2)), is_masked([1, 2])
    (True, False)
    """
    kinds = type(value).__mro__
    return any(kind.__module__.startswith("numpy.ma") for kind in kinds) and np.ma.is_masked(value)


def real_numbers(value: object, name: str) -> Array:
    """Return numbers as an array, of the type that NumPy gives them.

    Arguments: `value`, a number, an array, or lists in lists of one length each; the argument's
    `name` for the message.
    Raises OptionError for texts, complex numbers, ragged lists, masked numbers and whatever else is
    no number.

    >>> real_numbers([[1, 2], [3, 4]], "x").shape
    (2, 2)
    """
    if is_masked(value):
        message = f"{name} must be numbers without a mask. Received: a masked array"
        raise OptionError(message)
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(hasattr(part, "__float__") for part in array.flat):
            array = array.astype(np.float64)  # fractions, and whole numbers of any size
    except (TypeError, ValueError, OverflowError, RuntimeError):  # RuntimeError is PyTorch's
        array = np.array(None)
    if array.dtype.kind not in _REAL:
        message = f"{name} must be real numbers, in rows of one length. "
        raise OptionError(message + f"Received: {name}={received(value)}")
    return array


def bias_numbers(bias: object) -> Array:
    """Return biases as an array; raise OptionError for True, False and what else is no number.

    >>> bias_numbers(2).tolist()
    2
    """
    numbers = real_numbers(bias, "bias")
    if numbers.dtype == np.bool_:
        message = f"bias must be numbers. Received: bias={received(bias)}"
        raise OptionError(message)
    return numbers


def finite_numbers(value: object, name: str) -> NDArray[np.float64]:
    """Return numbers as a float64 array; the same arguments as `real_numbers`.

    Raises OptionError as `real_numbers` does, and for NaN and infinity with their place.

    >>> finite_numbers([1, 2], "bias")
    array([1., 2.])
    """
    array = real_numbers(value, name).astype(np.float64, copy=False)
    place = _first_not_finite(array)
    if place is not None:
        message = f"{name} must be finite numbers. Received: {name}{place}"
        raise OptionError(message)
    return array


def require_held(values: Array, name: str) -> None:
    """Raise OptionError where a result is NaN or infinite; `name` says what it is the result of."""
    place = _first_not_finite(values)
    if place is not None:
        message = f"{name} must stay within what float64 holds, about ±1.8e308. Received: {place}"
        raise OptionError(message)


def _first_not_finite(values: Array) -> str | None:
    """Return the place and value of the first number that is NaN or infinite: "[0, 1]=nan"."""
    finite = np.isfinite(values)
    if finite.all():
        return None
    place = tuple(int(index) for index in np.unravel_index(np.argmin(finite), values.shape))
    return f"{list(place) if place else ''}={values[place]}"


def overflow_allowed() -> np.errstate:
    """Return a context in which NumPy doesn't warn of infinity and NaN: who enters it checks them.

    >>> with overflow_allowed():
    ...     print(np.float32(3e38) * np.float32(10))
    inf
    """
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")
