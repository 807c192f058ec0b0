"""Slices whose cells stand apart, with zeros between them."""

from __future__ import annotations

from cnncalc.shapes import Size
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Block, Quantity, Reference
from cnncalc.views.workbook.stages.volumes import Draw, Finder, Index

__all__ = ["spread"]


def spread(source: Quantity, result: Quantity, size: Size, distances: Size) -> Draw:
    """Return the rule for a copy of slices whose cells stand apart, with zeros between them.

    Arguments: what is copied, and what the `result` is called; the (height, width) of the slices
    copied; the distances from cell to cell, vertical first.
    """
    down, across = distances
    width = across * (size.width - 1) + 1

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        blocks = []
        first = find(source, index)
        for i in range(size.height):
            row = i * down
            for j in range(size.width):
                blocks.append(_copied(result, index, (row, j * across), first.moved(i, j)))
                if j and across > 1:
                    corner = (row, (j - 1) * across + 1)
                    blocks.append(_zeros(result, index, corner, (1, across - 1)))
            if i and down > 1:
                blocks.append(_zeros(result, index, (row - down + 1, 0), (down - 1, width)))
        return tuple(blocks)

    return draw


def _copied(quantity: Quantity, index: Index, cell: tuple[int, int], weight: Reference) -> Block:
    formula = formulas.apply(formulas.COPY, weight)
    return Block(*cell, 1, 1, "formula", quantity, index, *cell, formula)


def _zeros(
    quantity: Quantity, index: Index, corner: tuple[int, int], size: tuple[int, int]
) -> Block:
    return Block(*corner, *size, "padding", quantity, index, *corner)
