"""The numbers of a flow's cells, and what each is made of, as far as it can be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnncalc.network import Array
from cnncalc.sheet.flow import Flow, Slice, Stage
from cnncalc.sheet.plan import Values
from cnncalc.sheet.scenes import CellFormula, Region, cell_formula
from cnncalc.views.slice_cells import slice_cells

__all__ = ["FlowCells"]

# So many steps from a cell whose formula reads cells that aren't drawn to those that are.
_MOST_STEPS = 8


@dataclass(frozen=True, eq=False)
class FlowCells:
    """A `flow`, what the cells of each of its slices hold, and which slices are `drawn`."""

    flow: Flow
    held: Sequence[Array]
    drawn: Collection[int]

    @classmethod
    def of(cls, flow: Flow, values: Values, drawn: Collection[int]) -> FlowCells:
        """Return the cells of a flow, of which `values` has the quantities."""
        return cls(flow, tuple(slice_cells(part, values) for part in flow.slices), drawn)

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        """All slices of the flow, each at the place of its number."""
        return self.flow.slices

    @cached_property
    def stages(self) -> Mapping[int, Stage]:
        """The stage of each slice, by the slice's number."""
        return {part.number: stage for stage in self.flow.stages for part in stage.slices}

    def read(self, region: Region) -> Array:
        """Return what a rectangle of a slice's cells holds."""
        rows = slice(region.row, region.row + region.height)
        columns = slice(region.column, region.column + region.width)
        found: Array = self.held[region.slice][rows, columns]
        return found

    def formula(self, cell: Region) -> CellFormula | None:
        """Return the formula of a single cell, None where it has none."""
        return cell_formula(self.slices[cell.slice], cell.row, cell.column)

    def is_unseen(self, region: Region) -> bool:
        """Tell whether a region is a single cell of a slice that isn't drawn."""
        return region.height == region.width == 1 and region.slice not in self.drawn

    def seen_regions(self, cell: Region, steps: int = _MOST_STEPS) -> tuple[Region, ...]:
        """Return what a cell is made of, as far as it is drawn; what isn't, by what makes it."""
        formula = self.formula(cell)
        if formula is None or not steps:
            return ()
        found: list[Region] = []
        for region in formula.regions:
            if region.slice in self.drawn:
                found.append(region)
            elif self.is_unseen(region):
                found += self.seen_regions(region, steps - 1)
        return tuple(found)
