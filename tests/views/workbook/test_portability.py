"""Only what every spreadsheet since Excel 2007 computes alike is written."""

import io
import re
import zipfile
from html import unescape
from itertools import cycle

import numpy as np
import pytest

from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.worksheet import WorksheetOptions
from cnncalc.training.losses import LOSSES
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, write
from tests.sheet.training.examples import NETWORKS, OPTIMIZERS, drawn_network, example, pieces
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.networks import DrawnNetwork

# All are of Excel 97 and of OpenDocument, and give one number whatever the language of the
# spreadsheet. None is volatile, none needs to be an array formula, none reads a cell by its name.
PORTABLE = frozenset(
    {
        *("SUMPRODUCT", "SUM", "SUMSQ", "AVERAGE", "MAX", "SQRT", "EXP", "LN", "TANH", "IF"),
        *("INDEX", "MATCH"),  # the predicted class; MATCH always with 0, so that order is no matter
        *("MIN", "ABS"),  # exact, on any number
        "INT",  # rounds down, negative numbers too, in every spreadsheet
        "COUNT",  # how many cells hold a number: empty ones don't, in any spreadsheet
        "ISNUMBER",  # of an empty cell FALSE everywhere
        "NPV",  # row by row, whatever the form of a range; its rate is never 0 nor below
        "COUNTIF",  # its criterion is a number, never a text with wildcards
    }
)
FUNCTION = re.compile(r"[A-Z][A-Z0-9.]*(?=\()")
TEXT = re.compile(r'"[^"]*"|\'(?:[^\']|\'\')*\'')


def article():
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions())
    return stream.getvalue()


def untrained_network():
    network = initialize(parse("Conv2D(2, 3); Flatten(); Dense(3)").layers, (5, 5, 1), 0)
    trace = trace_as_written(network, np.ones((5, 5, 1)))
    specification, values = network_calculation(trace, drawn_from=0)
    stream = io.BytesIO()
    write(stream, make_plan([specification]), [values], WorkbookOptions())
    return stream.getvalue()


def worksheet(seed):
    return written(drawn_trace(seed), worksheet=WorksheetOptions(0.5))


@pytest.fixture(scope="module")
def workbooks():
    drawn = [written(drawn_trace(seed)) for seed in range(16)]
    untrained = untrained_network()
    networks = [DrawnNetwork(seed).written() for seed in range(12)]
    trainings = [
        example(pieces(drawn_network(name, loss), loss, optimizer)).content
        for name, loss, optimizer in zip(NETWORKS, cycle(LOSSES), cycle(OPTIMIZERS), strict=False)
    ]
    return [article(), *drawn, untrained, *networks, *trainings, worksheet(0), worksheet(1)]


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def formulas(content):
    """Every formula of cells, colour rules and names, without the texts in it."""
    for member in members(content).values():
        for _, formula in re.findall(r"<(f|formula|definedName)\b[^>]*>([^<]*)</\1>", member):
            yield TEXT.sub("", unescape(formula))


def test_every_function_is_portable_and_each_is_in_use(workbooks):
    used = {
        name for each in workbooks for text in formulas(each) for name in FUNCTION.findall(text)
    }
    assert used == PORTABLE


def test_nothing_is_an_array_formula_a_macro_or_elsewhere(workbooks):
    for content in workbooks:
        parts = members(content)
        assert not any("vbaProject" in name or "externalLink" in name for name in parts)
        cells = [tag for text in parts.values() for tag in re.findall(r"<f\b[^>]*>", text)]
        assert {tag for tag in cells if tag != "<f>"} == set()


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("SUM(A1:B2)+_xlfn.STDEV.S(A1)", ["SUM", "STDEV.S"]),
        ("IF('RAND(1)'!A1=\"NOW()\",1,LOG10(2))", ["IF", "LOG10"]),
    ],
)
def test_functions_are_found(formula, names):
    assert FUNCTION.findall(TEXT.sub("", formula)) == names
