"""Which cell of a workbook shows a number of a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.errors import OptionError
from cnncalc.views.workbook.plan import Block, Plan, Quantity, Sheet
from cnncalc.views.workbook.quantities import IMAGE
from cnncalc.views.workbook.references import sheet_prefix

__all__ = ["address_of"]


def address_of(plan: Plan, layer: str, stage: str, position: Sequence[int]) -> str:
    """Return the cell that shows one number of a stage, or of a weight.

    Arguments: the `plan` of one calculation; the `layer`'s name; the `stage` by its name in the
    trace ("convolution", "activation", …), or a weight by its ("kernel", "bias"; where a stage is
    called "bias" as well, that is meant, and a weight's is "weight bias"); the `position` in its
    array: (row, column, channel), (unit,), or as many as a weight's array has. The image has
    neither layer nor stage: both are "".
    Returns the sheet and the address, such as "conv2d!F12".
    Raises OptionError where the workbook shows no such number.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.views.workbook.plan import Specification
    >>> from cnncalc.views.workbook.planning import make_plan
    >>> pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1), "network")
    >>> address_of(make_plan([pool]), "pool", "pooling", (1, 0, 0))
    'pool!B9'
    """
    for quantity in _quantities(layer, stage):
        blocks = list(_blocks(plan, quantity))
        place = _place([block for _, block in blocks], position) if blocks else None
        for sheet, block in blocks:
            if place and _covers(block, *place):
                row, column, _ = place
                cell = block.address(row - block.first_row, column - block.first_column)
                return f"{sheet_prefix(sheet.name)}{cell}"
    what = f"{','.join(map(str, position))} of {f'{layer} {stage}'.strip() or 'the image'}"
    message = f"the number must be one that the workbook shows. Received: {what}"
    raise OptionError(message)


def _quantities(layer: str, stage: str) -> list[Quantity]:
    """Return what a stage's name may stand for, the likeliest first."""
    if not layer and not stage:
        return [IMAGE]
    if stage.startswith("weight "):
        return [Quantity("weight", layer, stage.removeprefix("weight "))]
    return [Quantity(kind, layer, stage) for kind in ("stage", "helper", "weight")]


def _blocks(plan: Plan, quantity: Quantity) -> Iterator[tuple[Sheet, Block]]:
    for sheet in plan.sheets:
        for block in sheet.blocks:
            if block.quantity == quantity:
                yield sheet, block


def _place(
    blocks: Sequence[Block], position: Sequence[int]
) -> tuple[int, int, tuple[int, ...]] | None:
    """Return a position's (row, column, index of the slice), as blocks count them."""
    depth = len(blocks[0].index)
    if len(position) == depth + 2:
        row, column, *index = position
        return row, column, tuple(index)
    if len(position) == 1 and depth == 0:  # a vector, read row by row
        width = max(block.first_column + block.width for block in blocks)
        return *divmod(position[0], width), ()
    if len(position) == depth:  # one number a channel
        return 0, 0, tuple(position)
    return None


def _covers(block: Block, row: int, column: int, index: tuple[int, ...]) -> bool:
    return (
        block.index == index
        and 0 <= row - block.first_row < block.height
        and 0 <= column - block.first_column < block.width
    )
