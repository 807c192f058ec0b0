"""What a crop draws: the cells that are left, and the errors back at their places."""

from __future__ import annotations

from cnncalc.geometry import geometry
from cnncalc.layers import Cropping2D
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Draw, Finder, Index, framed, whole
from cnncalc.sheet.layers.windows import sides_text
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import by_input, gradient_title
from cnncalc.sheet.volumes import ONE_SLICE, Source, Volume, each_channel, labels
from cnncalc.trace.stage_names import StageName
from cnncalc.wording import listed

__all__ = ["cropping_gradient", "cropping_volumes"]


def cropping_volumes(layer: Cropping2D, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers that are left."""
    stage = Quantity("stage", layer.name, StageName.CROPPED)
    kept, shape = layer.kept_channels(source.shape), layer.output_shape(source.shape)
    names = labels(source) if source.is_vector else source.captions
    result = Source(stage, shape, tuple(names[channel] for channel in kept))
    if source.is_vector:
        drawn = _picked_units(layer, stage, source)
        what = (_TITLE, layer.name, stage, *result.size, ONE_SLICE, drawn, _rule(layer))
        return [Volume(*what, (), *result.labels)], result
    top, _, left, _ = layer.sides

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(source.quantity, (kept[index[0]],), steps=EACH)
        return formulas.apply(formulas.COPY, cell.moved(top, left))

    draw = whole(stage, *result.size, formula)
    items = each_channel(result.captions)
    return [Volume(_TITLE, layer.name, stage, *result.size, items, draw, _rule(layer))], result


_TITLE = "Cropped"


def _rule(layer: Cropping2D) -> str:
    """Say what is taken away."""
    away = sides_text(layer.sides)
    kept = "" if layer.channels is None else f"Of the channels {listed(layer.channels)}."
    rows = f"Without what is cropped: {away}." if away else ""
    return " ".join(filter(None, (rows, kept))) or "Nothing is cropped."


def _picked_units(layer: Cropping2D, stage: Quantity, source: Source) -> Draw:
    """Return the rule for a row that copies units of a vector."""
    columns = len(source.captions)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        first = find(source.quantity, ())
        return tuple(
            _copied(stage, (0, place), first.moved(*divmod(unit, columns)))
            for place, unit in enumerate(layer.kept_channels(source.shape))
        )

    return draw


def _copied(quantity: Quantity, place: tuple[int, int], cell: Reference) -> Block:
    """Return one cell of a vector that copies another."""
    formula = formulas.apply(formulas.COPY, cell)
    return Block(*place, 1, 1, "formula", quantity, (), *place, formula)


def cropping_gradient(layer: Cropping2D, source: Source, gradient: Source) -> list[Volume]:
    """Return each error at its number's own place, and 0 for what was taken away."""
    result = by_input(layer.name)
    draw = _units_back if source.is_vector else _cells_back
    note = "Each error back at the place that its number came from; 0 for what is cropped."
    what = (gradient_title(result), layer.name, result, *source.size, source.items)
    return [Volume(*what, draw(layer, source, gradient), note, (), *source.labels)]


def _cells_back(layer: Cropping2D, source: Source, gradient: Source) -> Draw:
    kept = layer.kept_channels(source.shape)
    result, frame = by_input(layer.name), geometry(gradient.size, 1, 1, layer.sides)

    def formula(index: Index, find: Finder) -> Formula:
        channel = kept.index(index[0])
        return formulas.apply(formulas.COPY, find(gradient.quantity, (channel,), steps=EACH))

    inside = framed(result, frame, whole(result, *gradient.size, formula))

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        if index[0] in kept:
            return inside(index, find)
        return (Block(0, 0, *source.size, "padding", result, index),)

    return draw


def _units_back(layer: Cropping2D, source: Source, gradient: Source) -> Draw:
    kept = layer.kept_channels(source.shape)
    result, columns = by_input(layer.name), len(source.captions)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        first = find(gradient.quantity, ())
        places = [divmod(unit, columns) for unit in range(source.shape[0])]
        return tuple(
            _copied(result, place, first.moved(0, kept.index(unit)))
            if unit in kept
            else Block(*place, 1, 1, "padding", result, (), *place)
            for unit, place in enumerate(places)
        )

    return draw
