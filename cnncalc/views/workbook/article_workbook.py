"""The article's workbook: a sheet for each of its cases, laid out as the article shows them."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.sheet.article_calculations import article_calculations
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.size import Estimate
from cnncalc.views.workbook.export import WorkbookOptions, write
from cnncalc.views.workbook.rendering import Target

__all__ = ["write_article_workbook"]


def write_article_workbook(target: Target, options: WorkbookOptions) -> Estimate:
    """Write the article's workbook to a path or binary stream; as `export.write_workbook`."""
    calculations = article_calculations()
    plan = make_plan([specification for specification, _ in calculations])
    named = replace(options, title=options.title or "Convolution by hand")
    return write(target, plan, [values for _, values in calculations], named)
