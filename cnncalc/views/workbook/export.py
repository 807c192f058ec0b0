"""A calculation as a workbook: planned, checked against a spreadsheet's limits, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cnncalc.provenance import Provenance
from cnncalc.sheet.layouts.sheet_parts import CONTENTS, contents_sheet
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.plan import Plan, Values
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.sheet.size import Estimate, estimate
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import (
    WorksheetOptions,
    as_worksheet,
    with_asked,
    worksheet_identity,
)
from cnncalc.sheet.worksheet_pages import as_key
from cnncalc.trace import Trace
from cnncalc.views.workbook.about import about_sheet
from cnncalc.views.workbook.limits import require_limits
from cnncalc.views.workbook.rendering import Target
from cnncalc.views.workbook.writer import Progress, write_plan

__all__ = ["WorkbookOptions", "plan_trace", "write", "write_workbook"]


@dataclass(frozen=True)
class WorkbookOptions:
    """What a workbook is called and how it is made.

    Arguments: its `title`, such as the image's name; the `provenance` of its numbers; whether it
    may be `large`, of more than a million formulas; `progress`, told how many formulas each
    written row adds; the `worksheet` to make of it, if its results are left to be filled in, or
    that it is the `key_to`; the `paper` that it is printed on.
    """

    title: str = ""
    provenance: Provenance = field(default_factory=Provenance)
    large: bool = False
    progress: Progress | None = None
    worksheet: WorksheetOptions | None = None
    key_to: WorksheetOptions | None = None
    paper: Paper = Paper.A4


def plan_trace(trace: Trace, title: str = "") -> Plan:
    """Return the plan of the workbook of a trace."""
    return make_plan([specify(trace.network, title)])


def write_workbook(target: Target, trace: Trace, options: WorkbookOptions) -> Estimate:
    """Write a calculation as a workbook whose formulas do it again.

    Arguments: the `target` path or binary stream; the `trace`, made by `trace_as_written`; the
    `options`.
    Returns how large it is.
    Raises ShapeError for what no workbook can hold, OptionError for more than a million formulas
    unless `large`, OutputError for numbers out of range.
    """
    plan = plan_trace(trace, options.title)
    return write(target, plan, [trace_values(trace)], options)


def write(
    target: Target, plan: Plan, values: Sequence[Values], options: WorkbookOptions
) -> Estimate:
    """Write a plan with the values of each of its calculations; as `write_workbook`."""
    require_limits(plan, large=options.large)
    title = options.title or "A convolution, step by step"
    asked = options.worksheet or options.key_to
    identity = asked.header(worksheet_identity(plan, values, asked)) if asked else ""
    after = [about_sheet(plan, options.provenance, identity, options.worksheet)]
    if options.key_to:
        values = with_asked(plan, values, options.key_to)
        plan = as_key(plan, identity)
    if options.worksheet:
        worksheet = as_worksheet(plan, values, options.worksheet)
        plan, values = worksheet.plan, worksheet.values
        after += worksheet.hidden
    has_contents = any(sheet.name == CONTENTS for sheet in plan.sheets)
    contents = replace(contents_sheet(plan, title), locked=options.worksheet is not None)
    before = [contents] if plan.sheets[1:] and not has_contents else []
    write_plan(
        target,
        plan,
        values,
        (before, after),
        title,
        options.progress,
        options.paper,
        is_article=options.provenance.is_of_article,
    )
    return estimate(plan)
