"""How a sheet is printed: paper, orientation, scale, what stands above and below each page."""

from __future__ import annotations

from typing import Any

from cnncalc.sheet.references import range_address, sheet_prefix
from cnncalc.sheet.texts import page_header
from cnncalc.views.workbook.measures import Measures
from cnncalc.views.workbook.paging import has_headings, paged
from cnncalc.wording import Word

__all__ = ["Paper", "set_up_pages"]


class Paper(Word):
    """The paper that a workbook is printed on."""

    A4 = "A4"
    LETTER = "letter"
    A3 = "A3"


# As XlsxWriter, and Excel's files, number them.
_NUMBERS = {Paper.LETTER: 1, Paper.A3: 8, Paper.A4: 9}
# The width and height of an upright page.
_INCHES = {Paper.LETTER: (8.5, 11.0), Paper.A3: (11.69, 16.54), Paper.A4: (8.27, 11.69)}
PIXELS_AN_INCH = 96
# The white around a page, on each side, in inches; above and below there is a line in it.
MARGIN, LINE = 0.6, 0.3


def set_up_pages(worksheet: Any, measures: Measures, paper: Paper) -> None:
    """Set how a sheet is printed on a paper."""
    sheet = measures.sheet
    width, height = (inches - 2 * MARGIN for inches in _INCHES[paper])
    pages = paged(measures, (width * PIXELS_AN_INCH, height * PIXELS_AN_INCH))
    worksheet.set_paper(_NUMBERS[paper])
    worksheet.set_margins(MARGIN, MARGIN, MARGIN, MARGIN)
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
        worksheet.repeat_rows(sheet.frozen[0] - 1)
    if has_headings(measures):
        worksheet.print_row_col_headers()
    options = {"margin": LINE, "scale_with_doc": False}
    title = sheet.title if measures.has_title_alone else ""
    worksheet.set_header(page_header(title, sheet.header), options)
    worksheet.set_footer("&LMade by cnncalc&R&P / &N", options)
