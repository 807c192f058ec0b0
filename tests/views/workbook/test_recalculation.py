"""Spreadsheet engines compute the same numbers, on inputs that were changed after the export."""

import io

import numpy as np
import pytest

from cnncalc.files.recalculation.engines import recalculate
from cnncalc.verification.cells import Place
from cnncalc.views.workbook.article_workbook import article_calculations, write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace
from cnncalc.views.workbook.planning import make_plan
from cnncalc.views.workbook.values import as_written, computed_values, input_shapes, trace_values
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.reading import formulas_of


def changed(content, plan, values, seed):
    """Type over every input of a workbook; return it and what it should then show."""
    book, rng, expected = formulas_of(content), np.random.default_rng(seed), []
    for specification, old in zip(plan.specifications, values, strict=True):
        keys = input_shapes(specification)
        scale = 0 if specification.layout == "output size" else 1
        inputs = {
            key: as_written(old[key] + scale * rng.normal(0, 2, old[key].shape)) for key in keys
        }
        expected.append(computed_values(specification, inputs))
    for sheet in plan.sheets:
        for block in (block for block in sheet.blocks if block.is_input):
            numbers = block.slice(expected[sheet.specification])
            for (row, column), number in np.ndenumerate(numbers):
                book[sheet.name][block.address(row, column)].value = float(number)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), expected


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


def check(contents, plans, values, engine):
    edited = [
        changed(*each, seed) for seed, each in enumerate(zip(contents, plans, values, strict=True))
    ]
    evaluations = recalculate([content for content, _ in edited], engine)
    for evaluation, plan, (_, expected) in zip(evaluations, plans, edited, strict=True):
        assert list(differences(evaluation, plan, expected)) == []


def check_drawn(seeds, engine):
    traces = [drawn_trace(seed) for seed in seeds]
    contents = [written(trace) for trace in traces]
    values = [[trace_values(trace)] for trace in traces]
    check(contents, [plan_trace(trace) for trace in traces], values, engine)


def check_article(engine):
    calculations = article_calculations()
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions())
    plan = make_plan([specification for specification, _ in calculations])
    check([stream.getvalue()], [plan], [[values for _, values in calculations]], engine)


@pytest.fixture
def fast_engine():
    return "formualizer"


def test_drawn_calculations_follow_their_inputs(fast_engine):
    check_drawn(range(12), fast_engine)


def test_the_articles_workbook_follows_its_inputs(fast_engine):
    check_article(fast_engine)


@pytest.mark.recalculation
def test_libreoffice_recalculates_drawn_calculations():
    check_drawn(range(70), "libreoffice")


@pytest.mark.recalculation
def test_libreoffice_recalculates_the_articles_workbook():
    check_article("libreoffice")
