"""What is printed, and on which paper: asked for by name, refused where nothing is printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

import cnncalc
from cnncalc.errors import OptionError, OutputError
from cnncalc.files import pdf_printing

NETWORK = 'Flatten(); Dense(2, activation="softmax")'
ONE_OF = r"^paper must be one of A4, letter, A3\. Received: paper="
DATA = (np.arange(64).reshape(4, 4, 4), np.array(["a", "b", "a", "b"]))


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def step(output, **options):
    return cnncalc.export_training(
        output, NETWORK, "article:6x6", target="1", training_steps=1, **options
    )


def train(**options):
    return cnncalc.train(DATA, NETWORK, epochs=1, **options)


def paper_of(path):
    return {sheet.page_setup.paperSize for sheet in openpyxl.load_workbook(path)}


def test_workbooks_trainings_and_reports_have_the_paper_that_is_named():
    cnncalc.export_workbook("a.xlsx", "article:6x6", "edge", paper="letter")
    step("b.xlsx", paper="letter")
    train(report="c.xlsx", paper="letter")
    assert [paper_of(name) for name in ("a.xlsx", "b.xlsx", "c.xlsx")] == [{1}, {1}, {1}]


def test_without_a_name_it_is_a4():
    step("b.xlsx")
    train(report="c.xlsx")
    assert [paper_of(name) for name in ("b.xlsx", "c.xlsx")] == [{9}, {9}]


@pytest.mark.parametrize("paper", ["A5", "", "a4"])
def test_no_other_paper_is_taken_for_one(paper):
    with pytest.raises(OptionError, match=f"{ONE_OF}'{paper}'$"):
        cnncalc.export_workbook("a.xlsx", "article:6x6", "edge", paper=paper)
    with pytest.raises(OptionError, match=f"{ONE_OF}'{paper}'$"):
        step("b.xlsx", paper=paper)
    with pytest.raises(OptionError, match=f"{ONE_OF}'{paper}'$"):
        train(report="c.xlsx", paper=paper)
    assert not list(Path().iterdir())


def test_paper_without_anything_to_print_is_refused():
    with pytest.raises(OptionError, match=r"what a workbook is printed on\. Received: paper='A4'"):
        step("b.html", paper="A4")
    with pytest.raises(OptionError, match=r"a --report is printed on\. Received: --paper alone"):
        train(paper="A4")


def test_a_pdf_that_exists_is_kept_and_no_workbook_written_beside_it(monkeypatch):
    monkeypatch.setattr(pdf_printing, "find_soffice", lambda: Path("soffice"))
    Path("a.pdf").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"a\.pdf"):
        cnncalc.export_workbook("a.xlsx", "article:6x6", "edge", pdf=True)
    assert [path.name for path in Path().iterdir()] == ["a.pdf"]
    assert Path("a.pdf").read_bytes() == b"mine"
