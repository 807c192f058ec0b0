"""Which layers an explanation needs the numbers of."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.layers import Layer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network import walk
from cnncalc.rules import Join, law_of
from cnncalc.trace.memory import kept_places

__all__ = ["layers_behind"]


def layers_behind(
    layers: Sequence[Layer], input_shape: Shape, layer_name: str, depth: int = 1
) -> tuple[str, ...]:
    """Return the names of the layers whose numbers `derive` explains, in the network's order.

    Arguments: the `layers` in order; the image's `input_shape`; the layer's name; the `depth`, how
    many layers back, of which those that only hand numbers on don't count.
    Raises OptionError for an unknown layer.

    >>> from cnncalc.layers import Dense, Flatten
    >>> layers = [Dense(2, name="a"), Dense(2, name="b"), Flatten(name="flat"), Dense(1, name="c")]
    >>> layers_behind(layers, (2,), "c"), layers_behind(layers, (2,), "c", 2)
    (('c',), ('b', 'flat', 'c'))
    """
    walked = list(walk(layers, input_shape))
    ordered = [layer for layer, _ in walked]
    [place] = kept_places(ordered, [layer_name])
    taken = sources(ordered)
    left = {place: depth}
    for behind in reversed(range(place + 1)):
        if behind not in left:
            continue
        is_same = law_of(*walked[behind]).join is Join.SAME
        rest = left[behind] if is_same else left[behind] - 1
        for source in taken[behind] if rest else ():
            if source != IMAGE_PLACE:
                left[source] = max(left.get(source, 0), rest)
    return tuple(ordered[behind].name for behind in sorted(left))
