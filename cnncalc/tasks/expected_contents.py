"""What a workbook holds besides its cells when it is exported, by its plan."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.sheet.layouts.sheet_parts import ABOUT, CONTENTS
from cnncalc.sheet.plan import Plan, Sheet, StageScale
from cnncalc.sheet.references import range_address, sheet_prefix
from cnncalc.sheet.scales import QuantityScales
from cnncalc.verification.contents import Feature, Name, SheetContents, State, WorkbookContents

__all__ = ["expected_contents"]

# Every sheet that is seen has them.
_ALWAYS: dict[Feature, int] = {"headers and footers": 1, "paper size": 1, "print areas": 1}


def expected_contents(plan: Plan) -> WorkbookContents:
    """Return what the workbook of a plan holds besides its cells, as it is exported.

    What a sheet may have any number of, such as colour scales, counts as one.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.sheet.plan import Specification
    >>> from cnncalc.sheet.planning import make_plan
    >>> plan = make_plan([Specification("", (Flatten(name="flatten"),), (2, 2, 1))])
    >>> [sheet.name for sheet in expected_contents(plan).sheets][-1]
    'About'
    """
    # Whatever its pixels are, an image has colours.
    scales = [QuantityScales.of(specification) for specification in plan.specifications]
    sheets = [
        SheetContents(sheet.name, _state(sheet), dict(_counts(sheet, scales[sheet.specification])))
        for sheet in plan.sheets
    ]
    names = {sheet.name for sheet in sheets}
    before = [CONTENTS] if sheets[1:] and CONTENTS not in names else []
    return WorkbookContents(
        "",
        [
            *(SheetContents(name, "visible", _ALWAYS | {"links": 1}) for name in before),
            *sheets,
            SheetContents(ABOUT, "visible", _ALWAYS),
        ],
        dict(_names(plan)),
    )


def _state(sheet: Sheet) -> State:
    return "veryHidden" if sheet.hidden else "visible"


def _counts(sheet: Sheet, scales: QuantityScales) -> Iterator[tuple[Feature, int]]:
    """Yield what a sheet has, and how many."""
    is_colored = any(
        scales.scale(block.quantity, block.scale) is not StageScale.NONE
        for block in sheet.blocks
        if block.role in ("pixels", "formula")
    )
    has: dict[Feature, int] = {
        "colour scales": int(is_colored),
        "colour rules": len(sheet.matches),
        "charts": len(sheet.charts),
        "data validations": len(sheet.entries),
        "links": sum(bool(text.link) for text in sheet.texts),
        "frozen panes": int(sheet.frozen != (0, 0)),
        "print titles": int(bool(sheet.areas)),
    }
    yield from (pair for pair in (has | _ALWAYS).items() if pair[1])


def _names(plan: Plan) -> Iterator[tuple[Name, str]]:
    """Yield the names of ranges: of several calculations, each belongs to its sheet."""
    is_scoped = len(plan.specifications) > 1
    for sheet in plan.sheets:
        for name in sheet.names:
            area = range_address(name.row, name.column, name.height, name.width, fixed=True)
            yield (sheet.name if is_scoped else "", name.name), sheet_prefix(sheet.name) + area
