"""What a spreadsheet lets a user type into the cells of constants and labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnncalc.views.workbook.annotations import Entry
from cnncalc.views.workbook.plan import Block
from cnncalc.views.workbook.training.loss import LABEL

__all__ = ["entries"]

# The ranges are those of `cnncalc.training.optimizers`, but that any learning rate may be tried.
_NUMBER = ("ISNUMBER({0})", "a number")
_SHARE = ("AND(ISNUMBER({0}),{0}>=0,{0}<=1)", "a number from 0 to 1")
_MEMORY = ("AND(ISNUMBER({0}),{0}>=0,{0}<1)", "a number of at least 0 and below 1")
_SIZE = ("AND(ISNUMBER({0}),{0}>=0)", "a number of at least 0")
_RULES = {
    "learning_rate": _NUMBER,
    "momentum": _SHARE,
    "rho": _MEMORY,
    "beta_1": _MEMORY,
    "beta_2": _MEMORY,
    "epsilon": _SIZE,
    "weight_decay": _SIZE,
}


def entries(blocks: Iterable[Block], classes: int) -> Iterator[Entry]:
    """Yield what the constants and labels among a sheet's blocks may be.

    Arguments: the `blocks`; how many `classes` there are.

    >>> from cnncalc.views.workbook.training.settings import setting
    >>> [entry.expected for entry in entries([Block(4, 5, 1, 1, "choice", setting("rho"))], 2)]
    ['rho must be a number of at least 0 and below 1.']
    """
    for block in blocks:
        if block.role != "choice":
            continue
        name = block.quantity.name
        rule, expected = _label(classes) if name == LABEL.name else _RULES[name]
        yield Entry(block.row, block.column, rule, f"{name} must be {expected}.")


def _label(classes: int) -> tuple[str, str]:
    rule = f"AND(ISNUMBER({{0}}),{{0}}>=0,{{0}}<={classes - 1},{{0}}=INT({{0}}))"
    return rule, f"the number of a class: a whole number from 0 to {classes - 1}"
