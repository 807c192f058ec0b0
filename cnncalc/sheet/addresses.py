"""Which cell of a workbook shows a number of a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from cnncalc.errors import OptionError
from cnncalc.sheet.plan import Block, Plan, Quantity, Sheet, Specification
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.references import sheet_prefix
from cnncalc.sheet.training.backward import drawn_by_output
from cnncalc.sheet.training.passes import Scope
from cnncalc.trace.stage_names import GradientName

__all__ = ["address_of"]

Kind = Literal["stage", "helper", "weight", "gradient", "update"]
_KINDS: tuple[Kind, ...] = ("stage", "helper", "weight")
_PREFIXES: tuple[Kind, ...] = ("weight", "gradient", "update")


def address_of(
    plan: Plan,
    layer: str,
    stage: str,
    position: Sequence[int],
    step: int = 1,
    sample: int = 0,
) -> str:
    """Return the cell that shows one number of a stage, a weight, a gradient or an update.

    Arguments: the `plan` of one calculation; the `layer`'s name; the `stage` by its name in the
    trace ("convolution", "activation", …), or a weight by its ("kernel", "bias"; where a stage is
    called "bias" as well, that is meant, and a weight's is "weight bias"), in a training also
    "gradient input", "gradient kernel", "update kernel" (its new value), "update kernel momentum",
    …; the `position` in its array: (row, column, channel), (unit,), or as many as a weight's array
    has. The image has neither layer nor stage: both are "". Of a training, the `step`, counted
    from 1, and of what each sample has of its own the `sample`, counted from 0.
    Returns the sheet and the address, such as "conv2d!F12".
    Raises OptionError where the workbook shows no such number.

    >>> from cnncalc.layers import MaxPooling2D
    >>> from cnncalc.sheet.plan import Specification
    >>> from cnncalc.sheet.planning import make_plan
    >>> pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1), "network")
    >>> address_of(make_plan([pool]), "pool", "pooling", (1, 0, 0))
    'pool!B9'
    """
    for quantity in _quantities(plan.specifications[0], layer, stage, Scope(step, sample)):
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


def _quantities(
    specification: Specification, layer: str, stage: str, scope: Scope
) -> list[Quantity]:
    """Return what a stage's name may stand for, the likeliest first."""
    local = _local_quantities(layer, stage)
    if specification.training is None:
        return local
    if stage == f"gradient {GradientName.OUTPUT}":
        names = [other.name for other in specification.layers]
        if layer in names[:-1]:
            local.append(drawn_by_output(specification.layers, names.index(layer)))
    return [scope.quantity(quantity) for quantity in local]


def _local_quantities(layer: str, stage: str) -> list[Quantity]:
    if not layer and not stage:
        return [IMAGE]
    found = [Quantity(kind, layer, stage) for kind in _KINDS]
    prefix, _, rest = stage.partition(" ")
    named = [Quantity(kind, layer, rest) for kind in _PREFIXES if kind == prefix and rest]
    return named + found


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
