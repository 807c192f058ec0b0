"""A calculation as it flows: stages from left to right, a column a layer, whose slices name others.

It is what a page calculates, and what a film and a figure draw: the same volumes as a workbook's,
without sheets. A slice has an address space of its own: a reference's `sheet` is the number of the
slice that it reads, and rows and columns count from that slice's first cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnncalc.layers import Layer
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network import walk
from cnncalc.notation import write_layer
from cnncalc.sheet.blocks import Finder, Place
from cnncalc.sheet.branches import branches_of
from cnncalc.sheet.layers.network import network_volumes
from cnncalc.sheet.layouts.network import network_pages
from cnncalc.sheet.output_size import result_volumes, size_volumes
from cnncalc.sheet.plan import Block, Specification
from cnncalc.sheet.texts import sizes_said
from cnncalc.sheet.training.course import ACCURACIES, LOSSES, class_volumes, course_volumes
from cnncalc.sheet.training.passes import network_pass
from cnncalc.sheet.training.sections import Direction, step_sections
from cnncalc.sheet.training.settings import setting_volumes
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.volumes import Item, Volume

__all__ = ["Column", "Curve", "Flow", "Lane", "Slice", "Stage", "make_flow"]

# Of a step's samples, so many classes stand side by side in the course of a training.
MOST_SAMPLES = 16
_INPUT, _PREDICTION, _LOSS, _COURSE = "Input", "Prediction", "Loss", "Training"


@dataclass(frozen=True)
class Column:
    """What stands above each other: the input, a layer, the prediction or the loss.

    `name` is the layer's, `call` how Keras would write it, `size` how its shapes come about; it
    `takes` what stands in other columns, by their numbers, and stands at a `place` from the left
    that the columns of other branches may share.
    """

    name: str
    call: str = ""
    size: str = ""
    takes: tuple[int, ...] = ()
    place: int = 0


class Lane(NamedTuple):
    """What stands side by side, a part of the calculation, under its `title`.

    Of a training it belongs to a step, counted from 1, and to a sample of it, from 0, or to all.
    """

    title: str
    direction: Direction
    step: int | None = None
    sample: int | None = None


@dataclass(frozen=True)
class Slice:
    """A slice of a stage, by its `number` in the whole flow; the blocks lie from its cell (0, 0).

    The first block holds its numbers, others its padding, or further formulas.
    """

    number: int
    item: Item
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Stage:
    """One volume in its place: its `column` and its `lane`, by their numbers, and its slices."""

    number: int
    column: int
    lane: int
    volume: Volume
    slices: tuple[Slice, ...]


@dataclass(frozen=True)
class Curve:
    """A line through the numbers of a `stage`, step by step; they end at `most`, if at all."""

    title: str
    stage: int
    most: float | None = None


@dataclass(frozen=True)
class Flow:
    """A calculation's stages in order, with the columns and lanes that they stand in."""

    specification: Specification
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    stages: tuple[Stage, ...]
    curves: tuple[Curve, ...] = ()

    @property
    def slices(self) -> tuple[Slice, ...]:
        """All slices, each at the place of its number."""
        return tuple(part for stage in self.stages for part in stage.slices)


class _Standing(NamedTuple):
    """A volume, and the numbers of its column and its lane."""

    volume: Volume
    column: int
    lane: int


def make_flow(specification: Specification) -> Flow:
    """Return a calculation as stages from left to right, always the same for the same one.

    Raises ShapeError, OptionError for a layer that can't be shown.

    >>> from cnncalc.layers import MaxPooling2D
    >>> pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1))
    >>> flow = make_flow(pool)
    >>> [(stage.volume.title, len(stage.slices)) for stage in flow.stages]
    [('Image', 1), ('Max pooling', 1)]
    >>> flow.slices[1].blocks[0].formula.references[0].sheet
    '0'
    """
    match specification.layout, specification.training:
        case "training", TrainingSpecification() as training:
            return _training_flow(specification, training)
        case "network", None:
            return _network_flow(specification)
        case "output size", None:
            volumes = [*size_volumes(), *result_volumes()]
            standing = [_Standing(volume, 0, 0) for volume in volumes]
            return _flow(specification, [Column("Output size")], [_FORWARD], standing)
        case "steps" | "article", None:
            return _calculation_flow(specification)
        case layout, _:
            message = f"a layout must be one that flows. Received: {layout!r}"
            raise TypeError(message)


_FORWARD = Lane("", "forward")


def _calculation_flow(specification: Specification) -> Flow:
    """Return the image in one column, and each layer in the next."""
    columns = _columns(specification)
    places = {column.name: place for place, column in enumerate(columns)}
    standing = [
        _Standing(volume, 0 if volume.is_image else places[volume.layer], 0)
        for volume in network_volumes(specification)
    ]
    return _flow(specification, columns, [_FORWARD], standing)


def _network_flow(specification: Specification) -> Flow:
    """Return the image and the layers behind it in a lane, and each branch in a further one."""
    pages = list(network_pages(specification))
    columns = _columns(specification, *[_PREDICTION] * (len(pages) - 1 - len(specification.layers)))
    found = branches_of(specification.layers)
    rows = [*found.rows, *[found.rows[-1]] * (len(pages) - len(found.rows))]
    standing = [
        _Standing(volume, place, row)
        for place, (page, row) in enumerate(zip(pages, rows, strict=True))
        for volume in page.volumes
    ]
    lanes = [Lane(_begins(columns, first), "forward") for first in found.firsts]
    return _flow(specification, columns, lanes, standing)


def _begins(columns: Sequence[Column], first: int) -> str:
    """Return what a branch begins with: what the first of its layers takes, and that."""
    taken = ", ".join(columns[column].name for column in columns[first].takes)
    return f"{taken} → {columns[first].name}" if taken else ""


def _columns(specification: Specification, *ends: str, in_turn: bool = False) -> list[Column]:
    """Return the columns of the image, of the layers, and of what stands at the `ends`.

    Those of branches stand above each other, or, where they are to be `in_turn`, side by side.
    """
    found = branches_of(specification.layers)
    begins = specification.part.said(0) if specification.part else ""
    columns = [Column(_INPUT, size=begins), *map(_layer_column, _walked(specification))]
    columns = [
        replace(column, takes=takes, place=number if in_turn else depth)
        for number, (column, takes, depth) in enumerate(
            zip(columns, found.takes, found.depths, strict=True)
        )
    ]
    for end in ends:
        before = len(columns) - 1
        columns.append(Column(end, takes=(before,), place=columns[before].place + 1))
    return columns


def _walked(specification: Specification) -> Iterator[tuple[Layer, str]]:
    """Yield each layer, and how its shape and its parameters come about."""
    shapes, part = [specification.input_shape], specification.part
    walked = walk(specification.layers, specification.input_shape)
    for (layer, shape), taken in zip(walked, sources(specification.layers), strict=True):
        said = sizes_said(layer, shape, [shapes[place - IMAGE_PLACE] for place in taken])
        yield layer, f"{part.said(len(shapes))}{said}" if part else said
        shapes.append(layer.output_shape(shape))


def _layer_column(walked: tuple[Layer, str]) -> Column:
    layer, size = walked
    return Column(layer.name, write_layer(replace(layer, name="")), size)


def _training_flow(specification: Specification, training: TrainingSpecification) -> Flow:
    """Return the course of the training, then each step's lanes below each other."""
    columns = _columns(specification, _LOSS, in_turn=True)
    lanes = [Lane(_COURSE, "weights")]
    steps = len(training.batches)
    course = [*setting_volumes(training.optimizer), *course_volumes(steps)]
    course += class_volumes(training, min(MOST_SAMPLES, max(map(len, training.batches))))
    standing = [_Standing(volume, 0, 0) for volume in course]
    passes = {size: network_pass(specification, size) for size in set(map(len, training.batches))}
    for step, batch in enumerate(training.batches, start=1):
        for section in step_sections(training, passes[len(batch)], step):
            samples = {v.quantity.sample for layer in section.by_layer for v in layer}
            sample = next(iter(samples)) if len(samples) == 1 else None
            lanes.append(Lane(section.title, section.direction, step, sample))
            standing += [
                _Standing(volume, column, len(lanes) - 1)
                for column, volumes in enumerate(section.by_layer)
                for volume in volumes
            ]
    flow = _flow(specification, columns, lanes, standing)
    return replace(flow, curves=tuple(_curves(flow)) if steps > 1 else ())


def _curves(flow: Flow) -> Iterator[Curve]:
    numbers = {stage.volume.quantity: stage.number for stage in flow.stages}
    yield Curve("Loss", numbers[LOSSES])
    yield Curve("Accuracy", numbers[ACCURACIES], 1.0)


def _flow(
    specification: Specification,
    columns: Sequence[Column],
    lanes: Sequence[Lane],
    standing: Sequence[_Standing],
) -> Flow:
    """Return the flow of volumes in their places, all slices numbered."""
    keys = [(volume.quantity, item.index) for volume, *_ in standing for item in volume.items]
    places = {key: Place(str(number), 0, 0) for number, key in enumerate(keys)}
    find = Finder(places, "")
    stages: list[Stage] = []
    number = 0
    for volume, column, lane in standing:
        slices = []
        for item in volume.items:
            slices.append(Slice(number, item, volume.blocks(item.index, find)))
            number += 1
        stages.append(Stage(len(stages), column, lane, volume, tuple(slices)))
    return Flow(specification, tuple(columns), tuple(lanes), tuple(stages))
