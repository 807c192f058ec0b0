"""A calculation that plays: the window slides over its input, and the output fills up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from cnncalc.network import Array
from cnncalc.shapes import Pads
from cnncalc.sheet.flow import Flow, Slice
from cnncalc.sheet.plan import StageScale, Values
from cnncalc.sheet.scenes import Region
from cnncalc.views.colors import ColorScale, ScaleKind
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.moments import Appearance, Moment, appearances, make_moments
from cnncalc.views.film.sentences import cell_sentence, moment_heading, number_text
from cnncalc.views.stage_colors import stage_scale
from cnncalc.views.terminal.blocks import Block, body_screen, flow, indented, labelled
from cnncalc.views.terminal.matrix import (
    NO_PADS,
    Cell,
    Matrix,
    draw_corners,
    draw_near_window,
    draw_whole,
)
from cnncalc.views.terminal.pictures import draw_points, picture_scale, shrunk
from cnncalc.views.terminal.screen import EMPTY, FAINT, Screen

__all__ = ["Play"]

# What a number is made of may be in many slices: so many are drawn.
MOST_SLICES = 6
# The keys, and the empty lines between the heading, the matrices and the sentence.
OTHER_LINES = 3
# A matrix and what stands above it have at least so many.
LEAST_LINES = 6
# From so many rows or columns on a matrix that appears at once is a picture.
PICTURE_SIDE = 28
# So many names of classes.
MOST_TEXTS = 4


@dataclass(frozen=True, eq=False)
class Play:
    """A calculation that plays on a terminal: the `cells`, each stage's scale, the `moments`."""

    cells: FlowCells
    scales: Sequence[ColorScale]
    moments: tuple[Moment, ...]

    @classmethod
    def of(cls, flow: Flow, values: Values, scales: Sequence[StageScale], layer: str = "") -> Play:
        """Return the play of a flow.

        Arguments: the `flow`; its `values`; what the numbers of each of its stages look like; the
        `layer` alone that plays, empty for all.
        """
        every_slice = frozenset(range(len(flow.slices)))
        cells = FlowCells.of(flow, values, every_slice)
        laid = [
            _scale(cells, [part.number for part in stage.slices], scale)
            for stage, scale in zip(flow.stages, scales, strict=True)
        ]
        moments = make_moments(flow, every_slice)
        if layer:
            stages = cells.stages
            of_layer = (m for m in moments if stages[m.slice_number].volume.layer == layer)
            moments = tuple(of_layer)
        return cls(cells, laid, moments)

    def draw(self, place: int, screen: Screen) -> Iterator[Text]:
        """Draw a moment: what its number is made of, the output so far, and the sum in words."""
        moment, inner = self.moments[place], body_screen(screen)
        sentence = cell_sentence(self.cells, moment.cell, 2 * inner.width)
        said = list(indented(inner.sentences(sentence), screen))
        heading = list(screen.sentences(moment_heading(self.cells, moment), "bold"))
        high = max(LEAST_LINES, screen.height - OTHER_LINES - len(heading) - len(said))
        yield from heading
        yield screen.line()
        yield from indented(self._matrices(place, high, inner), screen)
        yield screen.line()
        yield from said

    def _matrices(self, place: int, high: int, screen: Screen) -> Block:
        """Draw as much of what the number is made of as fits above the output, or beside it."""
        moment = self.moments[place]
        windows: dict[int, list[Region]] = {}
        for region in self.cells.seen_regions(moment.cell):
            if self.cells.held[region.slice].size > 1:
                windows.setdefault(region.slice, []).append(region)
        windows.pop(moment.slice_number, None)
        sources = list(windows.items())
        drawn: Block = []
        known: dict[tuple[int, bool], Block] = {}

        def source(number: int, regions: Sequence[Region], lines: int) -> Block:
            key = number, self.cells.held[number].shape[0] <= lines
            if key not in known:
                known[key] = self._source(number, regions, lines, screen)
            return known[key]

        for count in range(min(len(sources), MOST_SLICES), -1, -1):
            for lines in (high, high // 2, LEAST_LINES):
                blocks = [source(*shown, lines) for shown in sources[:count]]
                if count < len(sources):
                    blocks.append([screen.line(f"… and {len(sources) - count} more", FAINT)])
                drawn = list(flow([*blocks, self._output(place, lines, screen)], screen))
                if len(drawn) <= high:
                    return drawn
        return drawn

    def _source(self, number: int, regions: Sequence[Region], lines: int, screen: Screen) -> Block:
        """Draw what a number is made of, the cells under its window marked."""
        cells = frozenset(cell for region in regions for cell in _cells(region))
        is_whole = len(cells) == self.cells.held[number].size
        block = self._fitted(number, frozenset() if is_whole else cells, lines, screen)
        return labelled(self._name(number), block, screen)

    def _output(self, place: int, lines: int, screen: Screen) -> Block:
        """Draw the slice that is calculated, as far as it is filled."""
        moment = self.moments[place]
        number, shape = moment.slice_number, self.cells.held[moment.slice_number].shape
        hidden = self._appearances[number] > place
        name = f"{self._name(number)}, so far"
        if not moment.scene.is_cell and max(shape) >= PICTURE_SIDE:
            block = self._picture(number, moment.row + 1, lines, screen)
        else:
            window = frozenset({(moment.row, moment.column)})
            block = self._fitted(number, window, lines, screen, hidden)
        return labelled(name, block, screen)

    def _picture(self, number: int, rows: int, lines: int, screen: Screen) -> Block:
        """Draw the rows of a large matrix that are filled, as points."""
        values = self.cells.held[number][:, :, np.newaxis]
        height, width, _ = values.shape
        ratio = min(2 * lines / height, screen.width / width, 1.0)
        size = max(1, round(height * ratio)), max(1, round(width * ratio))
        points = shrunk(values, size)
        scale = picture_scale(points, self._scale_of(number), screen)
        filled = points[: round(rows * ratio), :, 0]
        block = draw_points(filled, scale, screen) if filled.size else []
        return block + [screen.line(" " * size[1])] * ((size[0] + 1) // 2 - len(block))

    def _fitted(
        self,
        number: int,
        window: frozenset[Cell],
        lines: int,
        screen: Screen,
        hidden: NDArray[np.bool_] | None = None,
    ) -> Block:
        """Draw a slice whole where it fits, else what is near its window, or its corners."""
        values, scale = self.cells.held[number], self._scale_of(number)
        if values.dtype == object:
            return _texts(values, hidden, screen)
        is_weight = self.cells.stages[number].volume.is_weight
        pads = _pads(self.cells.slices[number], values.shape)
        matrix = Matrix(values, pads, window, indexed=not is_weight, scale=scale, hidden=hidden)
        if matrix.width == 1 < matrix.height:
            matrix = _lying(matrix)
        whole = draw_whole(matrix, screen) if matrix.height <= lines else None
        if whole:
            return whole
        near = draw_near_window(matrix, screen) if matrix.window else None
        return near or draw_corners(matrix, screen)

    def _scale_of(self, number: int) -> ColorScale:
        return self.scales[self.cells.stages[number].number]

    def _name(self, number: int) -> str:
        part, volume = self.cells.slices[number], self.cells.stages[number].volume
        title = volume.quantity.name if volume.is_weight else volume.full_title
        return ", ".join(text for text in (title, part.item.caption) if text)

    @cached_property
    def _appearances(self) -> Mapping[int, Appearance]:
        """At which moment each cell of each slice appears: -1 for what is there at once."""
        held = self.cells.held
        return appearances(self.moments, lambda number: held[number].shape)


def _scale(cells: FlowCells, numbers: Sequence[int], scale: StageScale) -> ColorScale:
    """Return the one scale of a stage's slices; what is no quantity is neutral."""
    held = [np.ravel(cells.held[number]) for number in numbers]
    is_text = any(values.dtype == object for values in held)
    found = None if is_text else stage_scale(np.concatenate(held), scale)
    return found or ColorScale(ScaleKind.NEUTRAL, 0, 0)


def _pads(part: Slice, shape: tuple[int, int]) -> Pads:
    """Return how much of a slice is padding: what lies around its numbers."""
    if all(block.role != "padding" for block in part.blocks):
        return NO_PADS
    inner = part.blocks[0]
    bottom, right = inner.row + inner.height, inner.column + inner.width
    return Pads(inner.row, shape[0] - bottom, inner.column, shape[1] - right)


def _cells(region: Region) -> Iterator[Cell]:
    rows = range(region.row, region.row + region.height)
    return product(rows, range(region.column, region.column + region.width))


def _texts(values: Array, hidden: NDArray[np.bool_] | None, screen: Screen) -> Block:
    """Draw cells that hold texts, such as the names of classes, a line each."""
    is_hidden = np.zeros(values.shape, dtype=bool) if hidden is None else hidden
    pairs = zip(values.flat, is_hidden.flat, strict=True)
    lines = [screen.line(EMPTY if later else number_text(value)) for value, later in pairs]
    if len(lines) <= MOST_TEXTS:
        return lines
    return [*lines[:MOST_TEXTS], screen.line(f"… and {len(lines) - MOST_TEXTS} more", FAINT)]


def _lying(matrix: Matrix) -> Matrix:
    """Return a column as a row, which takes one line."""
    window = frozenset((column, row) for row, column in matrix.window)
    hidden = None if matrix.hidden is None else matrix.hidden.T
    return Matrix(matrix.values.T, window=window, scale=matrix.scale, hidden=hidden)
