"""Backward passes of single layers, written as workbooks and recalculated by an engine."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnncalc.files.engines import EngineName, recalculate
from cnncalc.layers import (
    Activation,
    ActivationLayer,
    ConvolutionLayer,
    Dense,
    Dropout,
    Layer,
)
from cnncalc.network import Array, Weights, assemble, backward_layer, forward_saved
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.sheet.blocks import Finder, Place, entered
from cnncalc.sheet.gradient_values import Grids, Taken, gradient_values, shared_values
from cnncalc.sheet.layers.copies import kept_quantity
from cnncalc.sheet.layers.gradients import gradient_volumes, weight_gradient_volumes
from cnncalc.sheet.layers.network import image_source
from cnncalc.sheet.layers.smaller_steps import shared_volumes
from cnncalc.sheet.layers.windows import image_volume
from cnncalc.sheet.plan import Block, Plan, Quantity, Sheet, Specification, Values
from cnncalc.sheet.quantities import is_shared
from cnncalc.sheet.training.passes import batch_volumes, training_volumes
from cnncalc.sheet.vector_cells import Grid, as_cells, trace_values, with_grids
from cnncalc.sheet.volumes import Source, Volume
from cnncalc.trace import record
from cnncalc.training_step import LayerStep
from cnncalc.verification.comparison import Place as CellPlace
from cnncalc.views.workbook.writer import write_plan


@dataclass(frozen=True, eq=False)
class Case:
    """One layer, a batch that it takes in, and the gradient by what it makes of it."""

    layer: Layer
    weights: Weights
    images: Array
    gradient: Array
    to_input: bool = True
    is_joined: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return self.images.shape[1:]

    @property
    def samples(self) -> range:
        return range(len(self.images))

    @property
    def step(self) -> LayerStep:
        """The record of the layer's step, from the network's own backward pass."""
        layer, activation = self.layer, getattr(self.layer, "activation", "linear")
        (saved,) = forward_saved([layer], [self.weights], self.images, self.generator)
        bare = without_activation(layer) if self.is_joined else layer
        result = backward_layer(bare, self.weights, saved, self.gradient, self.to_input)
        before = None
        if isinstance(layer, ConvolutionLayer | Dense) and activation != "linear":
            before = ACTIVATIONS[str(activation)].backward(self.gradient, saved.output)
            before = self.gradient if self.is_joined else before
        output = None if self.is_joined else self.gradient
        return LayerStep(
            *(layer, saved.input, saved.output, output, before, result.input, result.weights),
            drawn=saved.extra,
            moved=saved.updates,
        )

    @property
    def generator(self) -> np.random.Generator:
        """What draws the numbers that dropout keeps: always the same ones."""
        return np.random.default_rng(len(self.images))


def without_activation(layer: Layer) -> Layer:
    if isinstance(layer, ActivationLayer):
        return Activation("linear", name=layer.name)
    return replace(layer, activation="linear")


def scoped(quantity: Quantity, sample: int) -> Quantity:
    own = sample if quantity.sample is None else quantity.sample
    return quantity if is_shared(quantity) else quantity._replace(sample=own)


@dataclass(frozen=True)
class SampleFinder(Finder):
    """Finds a sample's own quantities."""

    sample: int = 0

    def __call__(self, quantity, index, *size_and_steps, **named):
        return super().__call__(scoped(quantity, self.sample), index, *size_and_steps, **named)


class LaidOut:
    """All slices of a case on a sheet a sample, and one for what the samples have in common."""

    def __init__(self, case: Case, number: int) -> None:
        self.case, self.number = case, number
        self.volumes: dict[tuple[Quantity, int], tuple[Volume, str]] = {}
        self.places: dict[tuple[Quantity, tuple[int, ...]], Place] = {}
        self.ends: dict[str, int] = {}
        source = replace(image_source(case.shape), is_drawn=True)
        forward, after = training_volumes(case.layer, source)
        first = [image_volume(source)]
        given = gradient_source(case, after)
        for sample in case.samples:
            backward, self.before = gradient_volumes(
                case.layer, source, given, case.to_input, case.is_joined
            )
            for volume in (*first, *forward, gradient_volume(given), *backward):
                self.place(volume, sample)
        shared = shared_volumes(case.layer, source, case.to_input)
        shared += batch_volumes(case.layer, source, len(case.images))
        shared += weight_gradient_volumes(
            case.layer, source, given, len(case.images), case.is_joined
        )
        for volume in shared:
            self.place(volume, 0)
        self.drawn = [*first, *forward, *backward, *shared]

    def place(self, volume: Volume, sample: int) -> None:
        key = scoped(volume.quantity, sample)
        if (key, 0) in self.volumes:
            return
        sheet = f"{self.number} all" if is_shared(volume.quantity) else f"{self.number} of {sample}"
        self.volumes[key, 0] = volume, sheet
        row = self.ends.get(sheet, 1)
        for item in volume.items:
            assert (key, item.index) not in self.places
            self.places[key, item.index] = Place(sheet, row, 1)
            row += volume.height + 1
        self.ends[sheet] = row

    def sheets(self) -> Iterator[Sheet]:
        blocks: dict[str, list[Block]] = {sheet: [] for sheet in self.ends}
        for (key, _), (volume, sheet) in self.volumes.items():
            for item in volume.items:
                place = self.places[key, item.index]
                find = SampleFinder(self.places, sheet, key.sample or 0)
                for block in volume.draw(item.index, find):
                    moved = block.moved(place.row, place.column)
                    quantity = scoped(block.quantity, key.sample or 0)
                    blocks[sheet].append(replace(moved, quantity=quantity))
        for sheet, every in blocks.items():
            yield Sheet(sheet, sheet, "", self.number, tuple(every))

    def values(self) -> dict[Quantity, Array]:
        case, step = self.case, self.case.step
        network = assemble([case.layer], case.shape, [case.weights])
        ((_, _, grid),) = with_grids([case.layer], case.shape)
        row = Grid(1, *case.shape) if len(case.shape) == 1 else None
        grids = Grids((Taken(case.shape, row),), grid)
        result: dict[Quantity, Array] = {}
        for sample in case.samples:
            drawn = tuple(each if step.moved else each[sample] for each in step.drawn)
            own = trace_values(record(network, case.images[sample], [drawn]))
            if case.layer.needs_batch:
                del own[Quantity("helper", case.layer.name, "standard deviation")]
            if isinstance(case.layer, Dropout) and case.layer.rate:
                own[kept_quantity(case.layer.name)] = cells(drawn[0].astype(np.float64), row)
            own |= gradient_values(step, case.weights, sample, grids)
            name = given_quantity(case)
            own[name] = cells(case.gradient[sample], grid)
            result |= {scoped(key, sample): array for key, array in own.items()}
        # Last: a trace in training shows the batch's statistics in place of the moving ones.
        return result | shared_values(step, case.weights, grids)


def cells(array: Array, grid: Grid | None) -> Array:
    return array.reshape(as_cells(array.shape, grid))


def given_quantity(case: Case) -> Quantity:
    joined = case.is_joined and isinstance(case.layer, ConvolutionLayer | Dense)
    where = "pre-activation" if joined else "input" if case.is_joined else "output"
    return Quantity("gradient", case.layer.name, where)


def gradient_source(case: Case, after: Source) -> Source:
    return replace(after, quantity=given_quantity(case), logits=None)


def gradient_volume(given: Source) -> Volume:
    draw = entered(given.quantity, *given.size, "pixels")
    what = ("Given", given.quantity.layer, given.quantity, *given.size, given.items, draw, "")
    return Volume(*what)


def written(cases: Sequence[Case]) -> tuple[bytes, Plan, list[Values]]:
    """The workbook of several cases, its plan, and what it should show."""
    laid = [LaidOut(case, number) for number, case in enumerate(cases)]
    specifications = tuple(Specification("", (case.layer,), case.shape) for case in cases)
    plan = Plan(specifications, tuple(sheet for each in laid for sheet in each.sheets()))
    values = [each.values() for each in laid]
    stream = io.BytesIO()
    write_plan(stream, plan, values, ([], []), "")
    return stream.getvalue(), plan, values


def check(cases: Sequence[Case], engine: EngineName = "formualizer") -> None:
    """Have an engine calculate all formulas, and compare them with the network's own numbers."""
    content, plan, values = written(cases)
    (evaluation,) = recalculate([content], engine)
    for sheet in plan.sheets:
        own = values[sheet.specification]
        for block in sheet.blocks:
            expected = block.slice(own)
            if block.formula is None:
                continue
            scale = max(np.nanmax(np.abs(own[block.quantity])), 1e-3)
            for row in range(block.height):
                for column in range(block.width):
                    place = CellPlace(sheet.name, block.row + row, block.column + column)
                    found = evaluation.values.get(place)
                    close = isinstance(found, float) and (
                        abs(found - expected[row, column]) <= 1e-12 * scale
                    )
                    assert close, (
                        cases[sheet.specification].layer,
                        block.quantity,
                        (row, column),
                        block.formula.text(row, column),
                        found,
                        expected[row, column],
                    )


def check_drawn_once(case: Case) -> None:
    """Each number of the backward pass has one cell, and each cell a number."""
    laid = LaidOut(case, 0)
    values = laid.values()
    times = {key: np.zeros(array.shape, int) for key, array in values.items()}
    for sheet in laid.sheets():
        for block in sheet.blocks:
            block.slice(times)[...] += 1
    assert {key: array for key, array in times.items() if not (array == 1).all()} == {}
