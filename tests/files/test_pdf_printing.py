import zipfile

import pytest
from pypdf import PdfReader

from cnncalc.errors import OptionError
from cnncalc.files import pdf_printing
from cnncalc.tasks.exporting import export_workbook


def test_without_libreoffice_it_is_said_where_to_get_it_before_anything_is_written(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(pdf_printing, "find_soffice", lambda: None)
    with pytest.raises(OptionError, match=r"--pdf needs LibreOffice \(https://www.libreoffice.org"):
        export_workbook(tmp_path / "x.xlsx", "article:6x6", "edge", pdf=True)
    assert not list(tmp_path.iterdir())


def test_a_copy_to_print_hides_a_sheet_and_forgets_its_area(tmp_path):
    [path] = export_workbook(tmp_path / "x.xlsx", "article:6x6", "edge")
    copy = pdf_printing._copied(path, tmp_path / "copy.xlsx", "About")
    with zipfile.ZipFile(copy) as archive:
        book = archive.read("xl/workbook.xml").decode()
    assert '<sheet name="About" state="hidden" ' in book
    assert "About!" not in book
    assert "Calculation!" in book


@pytest.mark.recalculation
def test_worksheets_are_one_pdf_without_solutions_and_their_keys_another(tmp_path):
    said = []
    files = export_workbook(
        tmp_path / "x.xlsx", "article:6x6", "edge", variants=2, pdf=True, say=said.append
    )
    assert [file.name for file in files][-2:] == ["x.pdf", "x-key.pdf"]
    sheets = PdfReader(files[-2])
    # Neither what About says nor the hidden solution is printed.
    assert not any("Workbook format" in page.extract_text() for page in sheets.pages)
    assert [page.extract_text().count("student") for page in sheets.pages] == [1, 1]
    assert f"wrote {files[-2]} (2 pages)" in said
