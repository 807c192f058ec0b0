import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from cnncalc.calculator import Calculation
from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Conv2D, Dense, MaxPooling2D
from cnncalc.network import initialize
from cnncalc.sheet.plan import Block, Formula, Plan, Quantity, Sheet, Specification
from cnncalc.sheet.planning import make_plan, specify, specify_network
from cnncalc.sheet.size import estimate, least_formulas
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.trace import record
from cnncalc.verification.reading_limits import MOST_CELLS, MOST_SHEETS, MOST_UNPACKED_BYTES
from cnncalc.views.workbook.limits import require_limits, require_size
from tests.drawn_examples import of_examples
from tests.drawn_layers import chains
from tests.views.workbook.drawn import drawn_trace, written

CHECKED_IN = sorted((Path(__file__).parents[3] / "workbooks").glob("*.xlsx"))


def plan_of(layer, shape):
    return make_plan([Specification("", (layer,), shape)])


def test_formulas_and_numbers_are_counted():
    size = estimate(plan_of(Conv2D(2, 3, padding=1, name="conv"), (5, 6, 1)))
    assert size.formulas == 2 * 5 * 6 * 2
    assert size.numbers == 7 * 8 + 2 * 9 + 2


@settings(deadline=None, max_examples=of_examples(60))
@given(chains())
def test_a_network_has_at_least_a_formula_for_each_number_that_a_layer_puts_out(drawn):
    network = initialize(*drawn)
    least = least_formulas(network.layers, network.input_shape)
    assert 0 <= least <= estimate(make_plan([specify_network(network)])).formulas


@pytest.mark.parametrize("side", [5, 40, 80])
def test_the_size_is_about_right(side):
    image = np.random.default_rng(0).integers(0, 256, (side, side, 3)).astype(float)
    kernel = np.random.default_rng(1).normal(size=(3, 3, 3, 4))
    trace = record(Calculation(kernel, 1.0).network(image.shape), image)
    guess = estimate(make_plan([specify(trace.network)])).bytes
    assert guess == pytest.approx(len(written(trace)), rel=0.25)


def test_few_formulas_need_no_note():
    assert estimate(plan_of(MaxPooling2D(2, name="pool"), (500, 1_000, 1))).note == ""


def test_many_formulas_get_a_note():
    note = estimate(plan_of(MaxPooling2D(1, name="pool"), (500, 501, 1))).note
    assert note.startswith("250,500 formulas, about 5 MB: a spreadsheet may take")


def test_a_million_formulas_are_allowed_and_more_must_be_asked_for():
    require_limits(plan_of(MaxPooling2D(1, name="pool"), (1_000, 1_000, 1)))
    large = plan_of(MaxPooling2D(1, name="pool"), (1_000, 1_001, 1))
    with pytest.raises(
        OptionError, match=r"asked for with export-xlsx --large\. .* 1,001,000 formulas"
    ):
        require_limits(large)
    require_limits(large, large=True)


def test_more_than_verify_reads_must_be_asked_for():
    # A million formulas beside as many pixels are read; more pixels, with fewer formulas, aren't.
    require_limits(plan_of(MaxPooling2D(2, name="pool"), (1_000, 1_900, 1)))
    large = plan_of(MaxPooling2D(2, name="pool"), (1_000, 2_000, 1))
    with pytest.raises(
        OptionError,
        match=r"more than 2,500,000 cells, which cnncalc verify does not read, must be asked for "
        r"with export-xlsx --large\. Received: one of up to 2,50\d,\d\d\d$",
    ):
        require_limits(large)
    require_limits(large, large=True)


@pytest.mark.parametrize(
    ("sizes", "unit"),
    [
        ({"cells": MOST_CELLS}, "cells"),
        ({"sheets": MOST_SHEETS}, "sheets"),
        ({"unpacked_bytes": MOST_UNPACKED_BYTES}, "bytes, unpacked"),
    ],
)
def test_each_size_is_allowed_up_to_what_is_read(sizes, unit):
    small = estimate(plan_of(MaxPooling2D(2, name="pool"), (4, 4, 1)))
    at_most = replace(small, **sizes)
    require_size(at_most)
    [(name, most)] = sizes.items()
    with pytest.raises(OptionError, match=f"more than {most:,} {unit}, which cnncalc verify"):
        require_size(replace(small, **{name: most + 1}))
    require_size(replace(small, **{name: most + 1}), large=True)


@pytest.mark.parametrize("path", CHECKED_IN, ids=lambda path: path.stem)
def test_no_workbook_is_larger_than_estimated(path):
    size = estimate(read_exported(path.read_bytes()).plan)
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        cells = sum(archive.read(name).count(b"<c ") for name in sheets)
        unpacked = sum(part.file_size for part in archive.infolist())
    assert len(sheets) <= size.sheets
    # What contents and About say besides.
    assert cells <= size.cells + 500
    assert unpacked <= size.unpacked_bytes


def test_an_image_wider_than_a_sheet_is_refused():
    require_limits(plan_of(MaxPooling2D((1, 100), name="pool"), (1, 16_383, 1)))
    with pytest.raises(ShapeError, match=r"16,384 columns at most\. Received: the sheet 'Image'"):
        require_limits(plan_of(MaxPooling2D((1, 100), name="pool"), (1, 16_384, 1)))


def test_a_dense_layer_of_more_units_than_columns_says_what_would_fit():
    with pytest.raises(ShapeError, match=r"a smaller image, or fewer units, will fit"):
        require_limits(plan_of(Dense(16_384, name="dense"), (2,)))


def test_more_rows_than_a_sheet_has_are_refused():
    with pytest.raises(ShapeError, match="1,048,576 rows"):
        require_limits(plan_of(MaxPooling2D((100, 1), name="pool"), (1_048_576, 1, 1)))


def test_a_formula_too_long_is_refused():
    long = Formula("+".join(["1"] * 5_000), ())
    block = Block(0, 0, 1, 1, "formula", Quantity("stage", "a", "b"), formula=long)
    plan = Plan((), (Sheet("S", "", "", 0, (block,)),))
    with pytest.raises(ShapeError, match=r"8,192 characters at most\. Received: one of 9,999"):
        require_limits(plan)


def test_a_formula_over_the_most_channels_is_short_enough():
    require_limits(plan_of(Conv2D(1, 2, name="conv"), (90, 90, 1_024)), large=True)


def test_a_drawn_calculation_is_small():
    assert estimate(make_plan([specify(drawn_trace(0).network)])).formulas < 10_000
