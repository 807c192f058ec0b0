"""What a number of a gradient is made of, as rows of grids: errors × factors = products → sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from cnncalc.layers import KernelLayer, PoolingLayer
from cnncalc.network import Array
from cnncalc.trace.stage_names import GradientName
from cnncalc.training_step.branches import takings
from cnncalc.training_step.gradient_terms import GradientTerm, TermPlace
from cnncalc.training_step.structure import GradientExplanation, LayerStep, StepRecord
from cnncalc.training_step.terms import error_of
from cnncalc.views.colors import ColorScale, fitted_scale
from cnncalc.views.figure.pen import Grid, GridRow, cell

__all__ = ["gradient_rows"]

# Of so many samples or channels the numbers are drawn, where a map is no larger.
_MOST_MAPS, _LONGEST, _MOST_CELLS = 3, 12, 100
# Of so many terms, outputs or parameters.
_MOST_TERMS = 12
_OF_LOSS = ("share", "squared error", "binary", "categorical")


def gradient_rows(record: StepRecord, explanation: GradientExplanation) -> list[GridRow]:
    """Return what one number of a gradient came from, as grids; none for what is always 0.

    Arguments: the `record` of the step; the `explanation` of the number.
    """
    if explanation.shares:
        return [
            *_of_shares(record, explanation),
            _of_terms(_reading(record, explanation), explanation),
        ]
    if explanation.rule in _OF_LOSS:
        return [_of_loss(record, explanation), _of_formula(explanation)]
    if explanation.rule not in ("products", "sum"):
        return [_of_formula(explanation)] if explanation.parameters else []
    step = _reading(record, explanation)
    if explanation.sample is None:
        rows = list(_of_samples(record, explanation))
    else:
        rows = list(_of_channels(step, explanation))
    return rows or [_of_terms(step, explanation)]


def _of_shares(record: StepRecord, explanation: GradientExplanation) -> Iterator[GridRow]:
    """Yield what each of several layers hands back, the first row of each with its words."""
    for share in explanation.shares:
        first, *others = gradient_rows(record, share)
        yield replace(first, note=f"{share.layer.name} hands back {share.note}:")
        yield from others


def _of_loss(record: StepRecord, explanation: GradientExplanation) -> GridRow:
    """Return all outputs of a sample beside their targets, or those around the one in question."""
    sample, unit = explanation.sample or 0, explanation.at[-1]
    count = record.outputs.shape[1]
    first = max(0, min(unit - _MOST_TERMS // 2, count - _MOST_TERMS))
    part = slice(first, first + _MOST_TERMS)
    outputs, targets = record.outputs[sample, part], record.targets[sample, part]
    marked = (unit - first, 0, 1, 1)
    from_on = f" from {first} on" if count > _MOST_TERMS else ""
    grids = (
        Grid(f"outputs{from_on}", outputs[:, np.newaxis], _scale(outputs), None, marked),
        Grid("targets", targets[:, np.newaxis], _scale(targets), None, marked),
    )
    return GridRow(grids, ("",))


def _of_formula(explanation: GradientExplanation) -> GridRow:
    """Return the numbers of a formula, a cell each, and what comes of them."""
    grids = [cell(name, value) for name, value in explanation.parameters[:_MOST_TERMS]]
    return GridRow((*grids, cell("gradient", explanation.value)), (*[""] * (len(grids) - 1), "→"))


def _of_samples(record: StepRecord, explanation: GradientExplanation) -> Iterator[GridRow]:
    """Yield the errors of each sample and what they meet, where they are maps."""
    step, terms = record.layer(explanation.layer.name), explanation.terms
    size = step.layer_output.shape[1:-1]
    if len(size) < 2 or not _is_small(size):
        return
    several, count = len(record.labels) > 1, size[0] * size[1]
    for sample in range(min(len(record.images), _MOST_MAPS)):
        part = slice(sample * count, (sample + 1) * count)
        places = [terms.locate(index) for index in range(part.start, part.stop)]
        maps = (terms.errors[part].reshape(size), terms.factors[part].reshape(size))
        of_sample = f" of sample {sample}" if several else ""
        if explanation.layer.has_filters and explanation.name == "kernel":
            pixels = step.layer_input[sample, :, :, places[0].factor_at[2]]
            if not _is_small(pixels.shape):
                return
            padding = np.reshape([at.padding for at in places], size)
            row = _joined(step, explanation, *maps, "", padding, _scale(pixels))
            yield row.after(_input(step, pixels, places, of_sample))
        else:
            yield _joined(step, explanation, *maps, of_sample)
    if len(record.labels) > _MOST_MAPS:
        yield GridRow((), (), "… and as many of each other sample")


def _input(step: LayerStep, pixels: Array, places: Sequence[TermPlace], of_sample: str) -> Grid:
    """Return a channel of a sample's input, the cells under the weight outlined."""
    under = [(at.factor_at[0], at.factor_at[1]) for at in places if not at.padding]
    channel = f", channel {places[0].factor_at[2]}" if step.layer_input.shape[-1] > 1 else ""
    return Grid(f"input{of_sample}{channel}", pixels, _scale(pixels), None, _around(under))


def _reading(record: StepRecord, explanation: GradientExplanation) -> LayerStep:
    """Return the layer whose errors a gradient by a stage reads: who takes it, for an output."""
    names = [step.layer.name for step in record.layers]
    place = names.index(explanation.layer.name)
    if explanation.name == GradientName.OUTPUT:
        place = takings(record.network.layers, place)[0].place
    return record.layers[place]


def _of_channels(step: LayerStep, explanation: GradientExplanation) -> Iterator[GridRow]:
    """Yield a channel's errors, and those that a number led to × what they are multiplied by."""
    terms = list(explanation.terms)
    if explanation.name == GradientName.PRE_ACTIVATION or error_of(step).ndim < 4 or not terms:
        return
    size = error_of(step).shape[1:3]
    rows = []
    for channel, group in groupby(sorted(terms, key=_channel), key=_channel):
        members = sorted(group, key=lambda term: term.place.error_at)
        found = _around([term.place.error_at[:2] for term in members])
        _, _, high, wide = found
        if high * wide != len(members) or not _is_small(size):
            return
        errors, factors = (
            np.reshape([getattr(term, name) for term in members], (high, wide))
            for name in ("error", "factor")
        )
        whole = error_of(step)[members[0].place.sample, :, :, channel]
        of_channel = f", channel {channel}" if error_of(step).shape[-1] > 1 else ""
        grid = Grid(f"all errors{of_channel}", whole, _signed(whole), None, found)
        rows.append(
            _joined(step, explanation, errors, factors).after(*_pooled(step, explanation), grid)
        )
    yield from rows[:_MOST_MAPS]
    if len(rows) > _MOST_MAPS:
        yield GridRow((), (), f"… and {len(rows) - _MOST_MAPS} more")


def _pooled(step: LayerStep, explanation: GradientExplanation) -> Iterator[Grid]:
    """Yield the numbers that are pooled, the one in question outlined: others may be larger."""
    if not isinstance(step.layer, PoolingLayer):
        return
    sample, (row, column, channel) = explanation.sample or 0, explanation.at
    numbers = step.layer_input[sample, :, :, channel]
    if _is_small(numbers.shape):
        name = f"input, channel {channel}" if step.layer_input.shape[-1] > 1 else "input"
        yield Grid(name, numbers, _scale(numbers), None, (row, column, 1, 1))


def _channel(term: GradientTerm) -> int:
    return term.place.error_at[-1]


def _of_terms(step: LayerStep, explanation: GradientExplanation) -> GridRow:
    """Return the terms below each other, the largest where there are many."""
    terms = list(explanation.terms)
    note = ""
    if len(terms) > _MOST_TERMS:
        note = f"The {_MOST_TERMS} largest of {len(terms):,} terms:"
        terms = explanation.terms.largest(_MOST_TERMS)
    errors, factors = (
        np.array([[getattr(term, name)] for term in terms]) for name in ("error", "factor")
    )
    row = _joined(step, explanation, errors, factors)
    if not note:
        return row
    their_sum = replace(row.grids[-1], caption="their sum")
    return replace(row, grids=(*row.grids[:-1], their_sum), note=note)


def _joined(
    step: LayerStep,
    explanation: GradientExplanation,
    errors: Array,
    factors: Array,
    of_sample: str = "",
    padding: NDArray[np.bool_] | None = None,
    scale: ColorScale | None = None,
) -> GridRow:
    """Return errors × factors = products and their sum, or errors alone where these are summed."""
    whole, products = (0, 0, *errors.shape), errors * factors
    name = "handed back" if explanation.shares else f"error{'s' * (errors.size > 1)}{of_sample}"
    found = [Grid(name, errors, _signed(errors), None, whole, "weights")]
    total = float(products.sum())
    if explanation.rule == "sum":
        return GridRow((*found, cell("sum", total)), ("→",))
    name, colors = _factor_name(step, explanation, factors.size), scale or _scale(factors)
    found.append(Grid(name, factors, colors, padding, whole))
    if errors.size == 1:
        return GridRow((*found, cell("product", total)), ("×", "="))
    found.append(Grid("products", products, _signed(products), None, whole, "products"))
    return GridRow((*found, cell("sum", total)), ("×", "=", "→"))


def _factor_name(step: LayerStep, explanation: GradientExplanation, count: int) -> str:
    """Return what the errors of an explanation are multiplied by."""
    match explanation.name:
        case "kernel" if explanation.layer.has_filters:
            return "input under the weight"
        case "gamma":
            return "normalized"
        case "kernel":
            name = "input"
        case GradientName.PRE_ACTIVATION:
            name = "slope"
        case _ if isinstance(step.layer, KernelLayer):
            name = "weight"
        case _:
            name = "share" if isinstance(step.layer, PoolingLayer) else "factor"
    return name + "s" * (count > 1)


def _around(places: Sequence[tuple[int, ...]]) -> tuple[int, int, int, int]:
    """Return the rectangle around some cells, as (row, column, height, width)."""
    first, last = np.min(places, axis=0), np.max(places, axis=0)
    row, column = int(first[0]), int(first[1])
    return row, column, int(last[0]) - row + 1, int(last[1]) - column + 1


def _is_small(size: Sequence[int]) -> bool:
    return max(size) <= _LONGEST and size[0] * size[1] <= _MOST_CELLS


def _scale(numbers: Array) -> ColorScale | None:
    """Return the scale of some numbers; one alone has no colour."""
    return None if numbers.size == 1 else fitted_scale(numbers, is_signed=False)


def _signed(numbers: Array) -> ColorScale | None:
    return None if numbers.size == 1 else fitted_scale(numbers, is_signed=True)
