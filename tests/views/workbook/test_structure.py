"""Every kind of workbook against a validator of Office's file format.

openxml-audit (PyPI, MIT licence) checks schemas and what they can't say: parts, references, order.
"""

import io
import re
import zipfile

import pytest
from openxml_audit import FileFormat, OpenXmlValidator
from openxml_audit.errors import ValidationSeverity

from cnncalc.sheet.worksheet import WorksheetOptions
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions
from tests.engines.workbook_set import workbook_set
from tests.sheet.training.examples import drawn_network, example, pieces, small
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.networks import DrawnNetwork
from tests.views.workbook.test_training_report import written as written_report


def article(**options):
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions(**options))
    return stream.getvalue()


def training():
    loss = "binary_crossentropy"
    return example(pieces(drawn_network("valid, max", loss), loss, "Adam(0.1)")).content


WORKBOOKS = {
    "article": article,
    "report": written_report,
    "dashboard": lambda: small().content,
    "worksheet": lambda: written(drawn_trace(1), worksheet=WorksheetOptions(0.5)),
    "worksheet of the article": lambda: article(worksheet=WorksheetOptions(solution=False)),
    "key": lambda: written(drawn_trace(1), key_to=WorksheetOptions(0.5)),
    "calculation": lambda: written(drawn_trace(0)),
    "network": lambda: DrawnNetwork(0).written(),
    "training": training,
}


def faults(content, folder, file_format):
    """Return what the validator finds, but for how Excel itself would store texts."""
    path = folder / "a.xlsx"
    path.write_bytes(content)
    found = OpenXmlValidator(file_format).validate(path).errors
    # In constant memory XlsxWriter stores texts in their cells, which Excel reads.
    return [fault for fault in found if not is_inline_text(fault)]


def is_inline_text(fault):
    return fault.severity == ValidationSeverity.WARNING and "inline-string" in fault.description


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_kind_of_workbook_has_the_structure_that_office_asks_for(name, tmp_path):
    content = WORKBOOKS[name]()
    assert faults(content, tmp_path, FileFormat.MICROSOFT_365) == []


@pytest.mark.recalculation
def test_all_workbooks_that_engines_judge_have_that_structure(tmp_path):
    # A minute and a half of computing: with the tests that recalculate the same ones.
    found = {
        own.name: faults(own.content, tmp_path, FileFormat.MICROSOFT_365) for own in workbook_set()
    }
    assert len(found) >= 60
    assert {name: own for name, own in found.items() if own} == {}


def test_workbooks_have_the_structure_of_office_2007(tmp_path):
    assert faults(article(), tmp_path, FileFormat.OFFICE_2007) == []


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ("conditionalFormatting", "conditionalFormating"),
        (r'<cfRule type="colorScale"', '<cfRule type="colourScale"'),
        (r"(<sheetData>.*</sheetData>)(.*)(<pageMargins [^>]*>)", r"\3\1\2"),
    ],
)
def test_a_damaged_workbook_is_found_out(sound, damaged, tmp_path):
    source, stream = zipfile.ZipFile(io.BytesIO(article())), io.BytesIO()
    changed = 0
    with zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet2.xml":
                new, changed = re.subn(sound, damaged, text.decode(), flags=re.DOTALL)
                text = new.encode()
            target.writestr(name, text)
    assert changed
    assert faults(stream.getvalue(), tmp_path, FileFormat.MICROSOFT_365)
