"""What layers draw that only move numbers, or leave them as they are."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.geometry import geometry
from cnncalc.layers import Dropout, Flatten, InferenceOnly, PassingLayer, Rescaling, ZeroPadding2D
from cnncalc.rules.formula import names_of
from cnncalc.rules.scaling import kept_share
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, entered
from cnncalc.sheet.layers.activation import copied_volumes
from cnncalc.sheet.layers.scaling import scale_words, scaled_volume
from cnncalc.sheet.layers.windows import framed_copy, sides_text
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Step
from cnncalc.sheet.quantities import by_input, gradient_title
from cnncalc.sheet.volumes import ONE_SLICE, Source, Volume, each_number
from cnncalc.trace.stage_names import StageName

__all__ = [
    "dropout_gradient",
    "dropout_training_volumes",
    "dropout_volumes",
    "dropped",
    "flatten_gradient",
    "flatten_volumes",
    "identity_gradient",
    "identity_volumes",
    "kept_quantity",
    "rescaling_gradient",
    "zero_padding_gradient",
    "zero_padding_volumes",
]

_KEPT = "Which numbers are kept: 1, or 0 for those that the seed drops in this step."


def dropout_volumes(layer: Dropout, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers as they are."""
    note = (
        f"Does nothing here: in training alone, a share of {layer.rate:g} of the numbers becomes 0."
    )
    stage = Quantity("stage", layer.name, StageName.DROPOUT)
    volumes, result = copied_volumes("Dropout", stage, source, note)
    return volumes, replace(result, logits=source.logits)


def identity_volumes(layer: PassingLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers as they are."""
    trains = isinstance(layer, InferenceOnly)
    note = "Does nothing here: it works in training alone." if trains else "Each number as it is."
    stage = Quantity("stage", layer.name, StageName.IDENTITY)
    volumes, result = copied_volumes(type(layer).__name__, stage, source, note)
    return volumes, replace(result, logits=source.logits)


def identity_gradient(layer: PassingLayer, source: Source, gradient: Source) -> list[Volume]:
    """Return each error as it is."""
    result = by_input(layer.name)
    return copied_volumes(gradient_title(result), result, gradient, "Each error as it is.")[0]


def kept_quantity(layer: str) -> Quantity:
    """Return the name of what a dropout keeps of a sample, 1 or 0: drawn from the seed."""
    return Quantity("input", layer, "kept")


def dropout_training_volumes(layer: Dropout, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dropout keeps in training, and what is left."""
    kept = kept_quantity(layer.name)
    draw = entered(kept, *source.size, "label")
    what = ("Kept", layer.name, kept, *source.size)
    mask = Volume(*what, source.items, draw, _KEPT, (), source.rows, source.captions)
    stage = Quantity("stage", layer.name, StageName.DROPOUT)
    note = f"What is kept is divided by {1 - layer.rate:g}, so that the sums stay about as large."
    result = dropped(layer, "Dropout", stage, source, note)
    return [mask, result], source.feed(result)


def dropped(layer: Dropout, title: str, result: Quantity, source: Source, rule: str) -> Volume:
    """Return the volume of each number that is kept, divided by the share of those that are."""
    share = kept_share(layer.rate)
    read = {"x": source.quantity, "kept": kept_quantity(layer.name)}

    def formula(index: Index, find: Finder) -> Formula:
        cells = {name: find(read[name], index, steps=EACH) for name in names_of(share)}
        return formulas.written(share, cells)

    return each_number(title, result, source, formula, rule)


def zero_padding_volumes(layer: ZeroPadding2D, source: Source) -> tuple[list[Volume], Source]:
    """Return the numbers with zeros around them."""
    stage = Quantity("stage", layer.name, StageName.ZERO_PADDING)
    window = geometry(source.size, 1, 1, layer.pads)
    note = f"Zeros around each slice: {sides_text(layer.pads) or 'none'}."
    volume = framed_copy("Zero padding", stage, source, window, note)
    return [volume], source.feed(volume)


def flatten_volumes(layer: Flatten, source: Source) -> tuple[list[Volume], Source]:
    """Return all numbers as one vector: a row for each position, a column for each channel."""
    stage = Quantity("stage", layer.name, StageName.FLATTEN)
    if source.is_vector:
        return copied_volumes("Flatten", stage, source, "It is flat already.")
    height, width = source.size
    rows = tuple(f"{row},{column}" for row in range(height) for column in range(width))
    captions = source.captions if source.captions[1:] else ("flat",)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _turned_row(stage, find, source, row, channel)
            for row in range(height)
            for channel in range(len(captions))
        )

    rule = (
        "A row for each position (row,column) and a column for each channel: read row by row, this "
        f"is the vector of {height}×{width}×{len(captions)} = {height * width * len(captions):,} "
        "numbers."
    )
    size = (len(rows), len(captions))
    volume = Volume("Flatten", layer.name, stage, *size, ONE_SLICE, draw, rule, (), rows, captions)
    return [volume], Source(stage, layer.output_shape(source.shape), captions, rows)


def _turned_row(stage: Quantity, find: Finder, source: Source, row: int, channel: int) -> Block:
    """Return one row of one channel as a piece of a column."""
    width = source.size[1]
    first = find(source.quantity, (channel,), steps=(Step(0, 1), STAY)).moved(row, 0)
    formula = formulas.apply(formulas.COPY, first)
    place = (row * width, channel)
    return Block(*place, width, 1, "formula", stage, (), *place, formula)


def flatten_gradient(layer: Flatten, source: Source, gradient: Source) -> list[Volume]:
    """Return each number's error, back at the number's own place."""
    result = by_input(layer.name)
    steps = EACH if source.is_vector else (Step(source.size[1], 0), Step(1, 0))

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, (), steps=steps)
        return formulas.apply(formulas.COPY, cell.moved(0, index[0] if index else 0))

    note = "Each error back at the place that its number came from."
    return [each_number(gradient_title(result), result, source, formula, note)]


def zero_padding_gradient(layer: ZeroPadding2D, source: Source, gradient: Source) -> list[Volume]:
    """Return the errors without those of the zeros around."""
    result = by_input(layer.name)

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(gradient.quantity, index, steps=EACH)
        return formulas.apply(formulas.COPY, cell.moved(layer.pads.top, layer.pads.left))

    note = f"The errors without those of the zeros around: {sides_text(layer.pads) or 'none'}."
    return [each_number(gradient_title(result), result, source, formula, note)]


def rescaling_gradient(layer: Rescaling, source: Source, gradient: Source) -> list[Volume]:
    """Return each error times the scale."""
    result = by_input(layer.name)
    note = f"Error × {scale_words(layer.scale)}; what is added makes no difference."
    return [scaled_volume(gradient_title(result), result, gradient, (layer.scale, 0.0), note)]


def dropout_gradient(layer: Dropout, source: Source, gradient: Source) -> list[Volume]:
    """Return the errors of the numbers that were kept, grown as these were."""
    result = by_input(layer.name)
    if not layer.rate:
        return copied_volumes(gradient_title(result), result, gradient, "Each error as it is.")[0]
    note = f"The errors of the numbers that were kept, divided by {1 - layer.rate:g} as these were."
    return [dropped(layer, gradient_title(result), result, gradient, note)]
