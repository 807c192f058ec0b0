"""The gradient worked back through a network as volumes: layer by layer, from the last.

A layer whose result several take gets one more volume: what these hand back, added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Layer, MergeLayer
from cnncalc.layers.graph import sources
from cnncalc.network import reached
from cnncalc.rules import Join
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.gathering import Drawn
from cnncalc.sheet.layers.gradients import handed_back_volumes, weight_gradient_volumes
from cnncalc.sheet.layers.smaller_steps import shared_volumes
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.quantities import by_input, by_output, by_part, gradient_title
from cnncalc.sheet.volumes import Source, Volume, each_number
from cnncalc.training_step.branches import added_up, takings

__all__ = ["BackwardPass", "backward_passes", "drawn_by_output", "named"]


@dataclass(frozen=True)
class BackwardPass:
    """What a layer draws backward: what is `shared` by all samples, one sample's `volumes`.

    `gradients` are those by the weights, of all samples.
    """

    shared: Sequence[Volume] = ()
    volumes: Sequence[Volume] = ()
    gradients: Sequence[Volume] = ()


@contextmanager
def named(layer: Layer) -> Iterator[None]:
    """Have what a workbook can't show say of which layer it is."""
    try:
        yield
    except (ShapeError, OptionError) as error:
        message = f"layer {layer.name}: {error}"
        raise type(error)(message) from error


def backward_passes(
    forward: Sequence[Drawn], loss_gradient: Volume, samples: int, *, is_joined: bool
) -> tuple[BackwardPass, ...]:
    """Return what each layer draws backward.

    Arguments: what each drew `forward`; the gradient that the loss begins with; how many `samples`
    there are; whether the loss is worked out together with the last activation.
    Raises OptionError, ShapeError for what no workbook can show, naming the layer.
    """
    layers = [drawn.layer for drawn in forward]
    taken = sources(layers)
    wanted = _wanted(forward, taken)
    handed_back: list[list[tuple[str, Source]]] = [[] for _ in forward]
    handed_back[-1] = [("", forward[-1].result.feed(loss_gradient))]
    passes = [BackwardPass() for _ in forward]
    for place in sorted(wanted, reverse=True):
        drawn, own_loss = forward[place], is_joined and place == len(layers) - 1
        goes_to = [part for part, source in enumerate(taken[place]) if source in wanted]
        with named(drawn.layer):
            sums, gradient = _added_up(drawn, handed_back[place])
            what = (drawn.layer, drawn.source, gradient)
            volumes, parts = handed_back_volumes(*what, goes_to, own_loss)
            passes[place] = BackwardPass(
                shared_volumes(drawn.layer, drawn.source, bool(goes_to)),
                [*sums, *volumes],
                weight_gradient_volumes(*what, samples, own_loss),
            )
        for part, before in sorted(parts.items(), reverse=True):
            handed_back[taken[place][part]].insert(0, (drawn.layer.name, before))
    return tuple(passes)


def drawn_by_output(layers: Sequence[Layer], place: int) -> Quantity:
    """Return the name of what draws the gradient by a layer's output.

    One layer that takes it draws it; of several, what they hand back is added up in one volume.
    Arguments: the `layers`, the `place` of one of them, but the last.

    >>> from cnncalc.layers import Add, Flatten
    >>> layers = [Flatten(name="flat"), Add(name="add", inputs=("input", "flat"))]
    >>> drawn_by_output(layers, 0)
    Quantity(kind='gradient', layer='add', name='input 1', step=None, sample=None)
    """
    taken = takings(layers, place)
    if len(taken) > 1:
        return by_output(layers[place].name)
    ((behind, part),) = taken
    name = layers[behind].name
    return by_part(name, part) if isinstance(layers[behind], MergeLayer) else by_input(name)


def _wanted(forward: Sequence[Drawn], taken: Sequence[Sequence[int]]) -> frozenset[int]:
    """Return the layers that a gradient must reach: that learn, or lead back to one."""
    learns = [drawn.layer.trainable_count(drawn.source.shape) > 0 for drawn in forward]
    if not any(learns):
        message = "a network must have trainable weights to be trained. Received: none"
        raise OptionError(message)
    return reached(taken, learns)


def _added_up(
    drawn: Drawn, handed_back: Sequence[tuple[str, Source]]
) -> tuple[list[Volume], Source]:
    """Return the gradient by a layer's output, the sum of what all that take it hand back."""
    names, parts = zip(*handed_back, strict=True)
    if len(parts) == 1:
        return [], parts[0]
    quantity = by_output(drawn.layer.name)

    def formula(index: Index, find: Finder) -> Formula:
        cells = [find(part.quantity, index, steps=EACH) for part in parts]
        return formulas.joined(Join.SUM, cells)

    said = added_up(names)
    rule = f"{said[0].upper()}{said[1:]}."
    volume = each_number(gradient_title(quantity), quantity, drawn.result, formula, rule)
    return [volume], drawn.result.feed(volume)
