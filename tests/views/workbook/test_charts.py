"""Charts carry the numbers that they draw, for previews that read no cells."""

import io
import re
import zipfile

import numpy as np
import pytest

from tests.sheet.training.examples import small
from tests.views.workbook.reading import values_of
from tests.views.workbook.test_training_report import written as written_report


def cached(content):
    """Return of each chart's series its ranges, and the numbers that are kept of them."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    charts = [name for name in archive.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    return [
        (area, [float(number) for number in re.findall("<c:v>([^<]*)</c:v>", kept)])
        for name in sorted(charts)
        for area, kept in re.findall(
            "<c:numRef><c:f>([^<]*)</c:f><c:numCache>(.*?)</c:numCache>",
            archive.read(name).decode(),
        )
    ]


def numbers_at(book, area):
    sheet, cells = area.split("!")
    return [row[0].value for row in book[sheet][cells.replace("$", "")]]


@pytest.mark.parametrize(
    ("content", "series"),
    [(small().content, 2), (written_report(), 4)],
    ids=["dashboard", "report"],
)
def test_a_chart_keeps_the_numbers_of_its_cells(content, series):
    book, found = values_of(content), cached(content)
    assert len(found) == 2 * series
    for area, kept in found:
        assert len(kept) == 3
        np.testing.assert_allclose(kept, numbers_at(book, area), rtol=1e-15, atol=0)


def test_the_names_of_a_reports_series_are_kept():
    archive = zipfile.ZipFile(io.BytesIO(written_report()))
    text = "".join(archive.read(f"xl/charts/chart{number}.xml").decode() for number in (1, 2))
    kept = re.findall("<c:strCache>.*?<c:v>([^<]*)</c:v>", text)
    assert kept == ["loss", "val_loss", "accuracy", "val_accuracy"]
