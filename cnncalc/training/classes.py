"""The classes that a network's output tells apart, for data that doesn't show them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnncalc.layers import Shape

__all__ = ["OutputClasses", "OutputOf", "class_count"]


def class_count(output_shape: Shape) -> int:
    """Return how many classes an output of that shape tells apart; one output tells two.

    >>> class_count((10,)), class_count((1,))
    (10, 2)
    """
    return max(2, output_shape[-1])


@dataclass(frozen=True)
class OutputClasses:
    """How many classes there are, what they are called where that is known, and who says so.

    A network that is `trained` says which number each class has; to a new one, any will do.

    >>> OutputClasses(2, ("cats", "dogs"), trained=True).names.index("dogs")
    1
    """

    count: int
    names: tuple[str, ...] = ()
    trained: bool = False


OutputOf = Callable[[Shape], OutputClasses | None]
"""Given the shape of the images, returns the classes of the network that takes them, if any."""
