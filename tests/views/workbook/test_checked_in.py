"""The workbooks under workbooks/ are what the program writes today, and calculate."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnncalc.files.engines import recalculate
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.article_calculations import article_calculations
from cnncalc.sheet.planning import make_plan
from cnncalc.verification.comparison import Place
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions

ARTICLE = Path(__file__).parents[3] / "workbooks" / "article.xlsx"


def members(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_articles_workbook_is_todays():
    stream = io.BytesIO()
    network, image = Origin("article", "its cases"), Origin("article", "its grids")
    made_from = Provenance("cnncalc export-xlsx", network, image=image)
    write_article_workbook(stream, WorkbookOptions(provenance=made_from))
    assert members(ARTICLE) == members(stream), "python tools/workbooks.py writes it again"


def differences(evaluation, plan, values):
    for sheet in plan.sheets:
        for block in (block for block in sheet.blocks if block.formula):
            numbers = block.slice(values[sheet.specification])
            # Terms may cancel: a sum is as exact as what is added up.
            scale = max(np.abs(numbers).max(), 1.0)
            for (row, column), number in np.ndenumerate(numbers):
                place = Place(sheet.name, block.row + row, block.column + column)
                found = evaluation.values[place]
                if not isinstance(found, float) or abs(found - number) > 1e-12 * scale:
                    yield f"{sheet.name}!{block.address(row, column)}: {found}, not {number}"


def check(engine):
    calculations = article_calculations()
    plan = make_plan([specification for specification, _ in calculations])
    (evaluation,) = recalculate([ARTICLE.read_bytes()], engine)
    assert list(differences(evaluation, plan, [values for _, values in calculations])) == []


def test_the_articles_workbook_calculates():
    check("formualizer")


@pytest.mark.recalculation
def test_libreoffice_calculates_the_articles_workbook():
    check("libreoffice")
