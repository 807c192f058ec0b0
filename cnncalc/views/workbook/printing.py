"""How a sheet is printed: paper, orientation, scale, what stands above and below each page."""

from __future__ import annotations

from typing import Any

from cnncalc.sheet.plan import Sheet
from cnncalc.sheet.references import range_address, sheet_prefix
from cnncalc.sheet.texts import page_header
from cnncalc.wording import Word

__all__ = ["Paper", "set_up_pages"]


class Paper(Word):
    """The paper that a workbook is printed on."""

    A4 = "A4"
    LETTER = "letter"
    A3 = "A3"


# As XlsxWriter, and Excel's files, number them.
_NUMBERS = {Paper.LETTER: 1, Paper.A3: 8, Paper.A4: 9}


def set_up_pages(worksheet: Any, sheet: Sheet, paper: Paper) -> None:
    """Set how a sheet is printed on a paper."""
    worksheet.set_landscape()
    worksheet.set_paper(_NUMBERS[paper])
    worksheet.fit_to_pages(1, sheet.pages)
    if sheet.areas:
        worksheet.repeat_rows(sheet.frozen[0] - sheet.repeated, sheet.frozen[0] - 1)
        # XlsxWriter's own print_area takes one range; Excel prints several, each on its own page.
        worksheet.print_area_range = ",".join(
            sheet_prefix(sheet.name)
            + range_address(area.row, area.column, area.height, area.width, fixed=True)
            for area in sheet.areas
        )
    worksheet.set_margins(left=0.5, right=0.5)
    worksheet.set_header(page_header(sheet.title, sheet.header))
    worksheet.set_footer("&LMade by cnncalc&R&P / &N")
