"""What a merge draws: the sum, product or maximum of several results, or all their channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from cnncalc.errors import OptionError
from cnncalc.helper_cells import TERMS_A_PART
from cnncalc.layers import MergeLayer, Shape
from cnncalc.layers.merging import Concatenate, of_merge_mode
from cnncalc.rules import Join, law_of
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Draw, Finder, Index, whole
from cnncalc.sheet.gathering import is_repeated, part_cell, part_names
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, Step
from cnncalc.sheet.volumes import Source, Volume, numbered
from cnncalc.trace.layer_stages import joined_names
from cnncalc.trace.stage_names import StageName

__all__ = ["merge_volumes", "merged_words"]


def merge_volumes(layer: MergeLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return the results joined number by number, or their channels, and what follows.

    Raises OptionError for more results than one formula holds, or that are joined otherwise.
    """
    _require_few(layer, source)
    stage = Quantity("stage", layer.name, StageName.MERGED)
    result = Source(stage, layer.output_shape(source.shape), *_names(layer, source))
    if isinstance(layer, Concatenate):
        draw = _copied_units(stage, source) if source.is_vector else _copied(stage, source)
        notes: tuple[str, ...] = ()
    else:
        draw = _joined(stage, law_of(layer, source.shape).join, source, result)
        notes = tuple(_repetitions(source.parts, result.shape))
    title, noun = merged_words(layer, part_names(source.parts))
    what = (title, layer.name, stage, *result.size, result.items, draw, _rule(layer, source))
    return [Volume(*what, notes, *result.labels, noun)], result


def _require_few(layer: MergeLayer, source: Source) -> None:
    if len(source.parts) > TERMS_A_PART:
        message = f"a workbook can join {TERMS_A_PART} results at most. "
        raise OptionError(message + f"Received: {type(layer).__name__} of {len(source.parts)}")


def _names(layer: MergeLayer, source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the captions and the rows of what a merge gives.

    Vectors that stand in cells alike keep their rows and columns; others become one row.
    """
    if isinstance(layer, Concatenate):
        return source.captions, ("",)
    shape = layer.output_shape(source.shape)
    whole_parts = [part for part in source.parts if part.shape == shape]
    if not source.is_vector:
        captions = [part.captions for part in whole_parts]
        return _common(captions, "channel", shape[-1], source.numbers), ("",)
    sizes = {part.size for part in whole_parts}
    if len(sizes) != 1:
        return numbered("unit", shape[0], source.numbers), ("",)
    ((rows, columns),) = sizes
    noun = "unit" if rows == 1 else "channel"
    told = _common([part.captions for part in whole_parts], noun, columns)
    return told, whole_parts[0].rows


def _common(
    captions: Sequence[tuple[str, ...]], noun: str, count: int, numbers: Sequence[int] = ()
) -> tuple[str, ...]:
    """Return the captions that all parts have, or their numbers where these differ."""
    alike = len(set(captions)) == 1
    return captions[0] if alike else numbered(noun, count, numbers)


def _joined(stage: Quantity, join: Join, source: Source, result: Source) -> Draw:
    """Return the rule for what joins one number of each part."""
    parts, shape = source.parts, result.shape
    if not source.is_vector:

        def formula(index: Index, find: Finder) -> Formula:
            return formulas.joined(join, [part_cell(part, shape, index, find) for part in parts])

        return whole(stage, *result.size, formula)
    if all(part.size == result.size or is_repeated(part, shape) for part in parts):

        def of_units(index: Index, find: Finder) -> Formula:
            steps = [(STAY, STAY) if is_repeated(part, shape) else EACH for part in parts]
            pairs = zip(parts, steps, strict=True)
            return formulas.joined(join, [find(part.quantity, (), steps=by) for part, by in pairs])

        return whole(stage, *result.size, of_units)
    return _joined_units(stage, join, parts, shape)


def _joined_units(stage: Quantity, join: Join, parts: Sequence[Source], shape: Shape) -> Draw:
    """Return the rule for a row of units whose parts stand in rows of different lengths."""
    (count,) = shape
    lines = [len(part.captions) for part in parts if not is_repeated(part, shape)]
    breaks = sorted({count, *(place for length in lines for place in range(0, count, length))})

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _piece(stage, first, end, formulas.joined(join, _units_from(first, find)))
            for first, end in pairwise(breaks)
        )

    def _units_from(first: int, find: Finder) -> list[Reference]:
        return [
            find(part.quantity, ())
            if is_repeated(part, shape)
            else find(part.quantity, (), steps=_ALONG).moved(*divmod(first, len(part.captions)))
            for part in parts
        ]

    return draw


_ALONG = (STAY, Step(0, 1))


def _piece(stage: Quantity, first: int, end: int, formula: Formula) -> Block:
    """Return some of the units of a row."""
    return Block(0, first, 1, end - first, "formula", stage, (), 0, first, formula)


def _copied(stage: Quantity, source: Source) -> Draw:
    """Return the rule for slices that copy the channels of one part after the other."""
    channels = [(part, channel) for part in source.parts for channel in range(part.shape[-1])]

    def formula(index: Index, find: Finder) -> Formula:
        part, channel = channels[index[0]]
        return formulas.apply(formulas.COPY, find(part.quantity, (channel,), steps=EACH))

    return whole(stage, *source.size, formula)


def _copied_units(stage: Quantity, source: Source) -> Draw:
    """Return the rule for a row that copies the units of one part after the other, row by row."""
    starts = accumulate((part.shape[0] for part in source.parts), initial=0)
    lines = [
        (part, row, start + row * len(part.captions))
        for part, start in zip(source.parts, starts, strict=False)
        for row in range(len(part.rows))
    ]

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _piece(
                *(stage, first, first + len(part.captions)),
                formulas.apply(formulas.COPY, find(part.quantity, (), steps=_ALONG).moved(row, 0)),
            )
            for part, row, first in lines
        )

    return draw


def merged_words(layer: MergeLayer, names: Sequence[str]) -> tuple[str, str]:
    """Return what is written above a merge's numbers, and what a slice of them is called.

    Raises TypeError for a kind of merge that isn't told how it is written.

    >>> from cnncalc.layers import Add, Maximum
    >>> merged_words(Add(inputs=("conv2d_1", "conv2d")), ["conv2d_1", "conv2d"])
    ('conv2d_1 + conv2d', 'sum')
    >>> merged_words(Maximum(inputs=("a", "b")), ["a", "b"])
    ('max(a, b)', 'largest')
    """
    written = of_merge_mode(_WRITTEN, layer)
    is_list = isinstance(layer, Concatenate)
    return ", ".join(names) if is_list else joined_names(layer, names), written.noun


def _rule(layer: MergeLayer, source: Source) -> str:
    """Return the sentence that tells what a merge does."""
    *others, last = part_names(source.parts)
    names = f"{', '.join(others)} and {last}" if others else last
    sentence = of_merge_mode(_WRITTEN, layer).sentence
    return sentence.format(names=names, first=others[0] if others else last, last=last)


class _Written(NamedTuple):
    """How a merge is written: a noun for a slice of it, and a sentence."""

    noun: str
    sentence: str


_WRITTEN: Mapping[str, _Written] = {
    "sum": _Written("sum", "{names} added up, number by number."),
    "difference": _Written("difference", "{first} less {last}, number by number."),
    "product": _Written("product", "{names} multiplied, number by number."),
    "average": _Written("mean", "The mean of {names}, number by number."),
    "max": _Written("largest", "The largest of {names}, number by number."),
    "min": _Written("smallest", "The smallest of {names}, number by number."),
    "concatenate": _Written("channel", "All channels of {names}, one after the other."),
}


def _repetitions(parts: Sequence[Source], shape: Shape) -> Iterator[str]:
    """Yield a sentence for each part that is smaller than the others: what of it counts where."""
    for name, part in zip(part_names(parts), parts, strict=True):
        sizes = (1,) * (len(shape) - len(part.shape)) + part.shape
        repeated = [
            noun
            for noun, size, common in zip(_DIRECTIONS[-len(shape) :], sizes, shape, strict=True)
            if size != common
        ]
        if repeated:
            yield f"{name} is the same for all {' and '.join(repeated)}."


_DIRECTIONS = ("rows", "columns", "channels")
