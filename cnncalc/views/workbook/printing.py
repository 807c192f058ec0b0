"""How a sheet is printed: paper, orientation, scale, what stands above and below each page."""

from __future__ import annotations

from typing import Any

from cnncalc.sheet.paper import ABOVE, BELOW, SIDE, Paper
from cnncalc.sheet.references import range_address, sheet_prefix
from cnncalc.sheet.texts import page_header
from cnncalc.views.workbook.measures import Measures
from cnncalc.views.workbook.paging import has_headings, paged

__all__ = ["set_up_pages", "set_up_paper"]


# As Excel's files number them.
NUMBERS = {Paper.LETTER: 1, Paper.A3: 8, Paper.A4: 9}
# How far from its edge the line above and below a page is, in inches.
LINE = 0.3


def set_up_pages(worksheet: Any, measures: Measures, paper: Paper) -> None:
    """Set how a sheet is printed on a paper: of a hidden one nothing.

    LibreOffice prints each sheet that has an area to be printed, a hidden one as well.
    """
    sheet = measures.sheet
    if sheet.hidden:
        return
    pages = paged(measures, paper)
    title = sheet.title if measures.has_title_alone else ""
    set_up_paper(worksheet, paper, page_header(title, sheet.header))
    if pages.is_landscape:
        worksheet.set_landscape()
    if len(pages.areas) == 1 and pages.scale <= 1:
        # Where a program has another font, and wider columns, it still is a page.
        worksheet.fit_to_pages(1, 1)
    else:
        worksheet.set_print_scale(int(100 * pages.scale))
    # XlsxWriter's own print_area takes one range; Excel prints several, each on its own page.
    worksheet.print_area_range = ",".join(
        sheet_prefix(sheet.name)
        + range_address(area.row, area.column, area.height, area.width, fixed=True)
        for area in pages.areas
    )
    if sheet.areas:
        worksheet.repeat_rows(sheet.frozen[0] - sheet.repeated, sheet.frozen[0] - 1)
    if has_headings(measures):
        worksheet.print_row_col_headers()


def set_up_paper(worksheet: Any, paper: Paper, header: str) -> None:
    """Set the paper of a sheet, and what stands above and below each page."""
    worksheet.set_paper(NUMBERS[paper])
    worksheet.set_margins(SIDE, SIDE, ABOVE, BELOW)
    options = {"margin": LINE, "scale_with_doc": False}
    worksheet.set_header(header, options)
    worksheet.set_footer("&LMade by cnncalc&R&P / &N", options)
