"""Exported workbooks, changed by a user and recalculated by a spreadsheet engine."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.files.engines import recalculate
from cnncalc.files.engines.libreoffice import convert
from cnncalc.files.stored_values import without_stored_values
from cnncalc.layers import (
    ACTIVATIONS,
    INFERENCE_ONLY_LAYERS,
    ConvolutionLayer,
    Cropping2D,
    Identity,
    PoolingLayer,
)
from cnncalc.layers.vocabulary import LAYERS
from cnncalc.notation import parse
from cnncalc.sheet.values import trace_as_written
from cnncalc.tasks.verification import compare_exported
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.trace import record
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions
from tests.drawn_graphs import MERGES
from tests.trace.drawn import vary
from tests.views.workbook.drawn import draw, written
from tests.views.workbook.networks import DrawnNetwork, image_of, written_network

DRAWN = 72
DRAWN_NETWORKS = 24
FEW = 8
# So many bytes are read in no time.
QUICK = 200_000
ENGINES = ["formualizer", pytest.param("libreoffice", marks=pytest.mark.recalculation)]
LENET = (
    'Conv2D(6, 5, padding="same", activation="tanh"); AveragePooling2D(2); '
    'Conv2D(16, 5, activation="tanh"); AveragePooling2D(2); Flatten(); '
    'Dense(120, activation="tanh"); Dense(84, activation="tanh"); Dense(10, activation="softmax")'
)
CHECKED_IN = sorted((Path(__file__).parents[1] / "workbooks").glob("*.xlsx"))


def exported(seed):
    return written(record(*draw(seed)))


def wide(**options):
    """A workbook of more channels and filters than one formula adds up."""
    random = np.random.default_rng(1)
    kernel = random.normal(size=(2, 2, 1 if options.get("depthwise") else 40, 36)).round(3)
    image = random.normal(scale=20, size=(3, 3, 40)).round(2)
    return written(record(Calculation(kernel, **options).network(image.shape), image))


def special_exports():
    """Workbooks of what is too large to be drawn often."""
    yield wide(bias=0.5, activation="softmax", dilation_rate=2, padding=1)
    yield wide(combine="sum", activation="tanh")
    yield wide(combine="max", pooling=pooling_layer("average", 2, 1, "same"))
    kernel = np.array([[1e6, -1e-6], [1e-9, -1e6]])[..., np.newaxis, np.newaxis]
    image = np.random.default_rng(2).normal(scale=1e9, size=(12, 12, 1))
    yield written(record(Calculation(kernel, padding="same").network(image.shape), image))


def network_workbook(text, shape, *given):
    trace = trace_as_written(vary(parse(text).layers, shape), image_of(shape))
    return written_network(trace, *given)


def special_networks():
    """LeNet-5, and what is too large to be drawn often."""
    yield network_workbook(LENET, (28, 28, 1), (), 3)
    channels = "Conv2D(40, 1); Dense(35); Softmax(); GlobalMaxPooling2D(); Dense(1100); Softmax()"
    yield network_workbook(channels, (2, 3, 2), [f"{number}*?" for number in range(1100)], 1099)
    # No probability but 0 and 1 is left, and still no logarithm of 0 is taken.
    yield network_workbook('Rescaling(1e4); Flatten(); Dense(3, "softmax")', (2, 2, 1), (), 1)
    yield network_workbook('Rescaling(1e4); Flatten(); Dense(1, "sigmoid")', (2, 2, 1), (), 1)
    # Without an image, and with units of their own scales.
    yield network_workbook("Rescaling((1, 2, 3), (0, -1, 5)); Dense(2)", (3,))


def mutated(content, seed):
    """Type another number over one cell of each image and each weight, as a user would.

    A target becomes class 0, a learning rate 0.05. The stored values stay: only who recalculates
    gets the numbers right.
    """
    random = np.random.default_rng(seed)
    plan = read_exported(content).plan
    blocks = [(sheet, block) for sheet in plan.sheets for block in sheet.blocks if block.is_input]
    edits = {}
    for sheet, block in blocks:
        if plan.specifications[sheet.specification].layout != "output size":
            row, column = random.integers((block.height, block.width))
            number = round(random.normal(scale=3), 3)
            if block.quantity.name == "moving_variance":
                number = abs(number)
            if block.role == "choice":
                # A target or a label, else a constant of a training.
                number = 0 if block.quantity.name in ("target", "label") else 0.05
            if block.role != "name":
                edits[sheet.name, block.address(row, column)] = number
    return edited(content, edits)


def edited(content, edits):
    """Replace the numbers of some cells, (sheet, address): number."""
    names = openpyxl.load_workbook(io.BytesIO(content), read_only=True).sheetnames
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        parts = {part: source.read(part) for part in source.namelist()}
        for (sheet, address), number in edits.items():
            part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
            cell = rf'(<c r="{address}"[^>]*><v>)[^<]*(</v>)'.encode()
            parts[part], count = re.subn(cell, rb"\g<1>%r\g<2>" % float(number), parts[part])
            assert count == 1, (sheet, address)
        for part, data in parts.items():
            target.writestr(part, data)
    return result.getvalue()


def poisoned(content):
    """Store −999 beside every formula."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, re.sub(rb"(</f><v>)[^<]*", rb"\g<1>-999", data))
    return result.getvalue()


def reports(contents, engine):
    evaluations = recalculate(contents, engine)
    workbooks = map(read_exported, contents)
    return [compare_exported(*each) for each in zip(workbooks, evaluations, strict=True)]


def check(found, seed):
    assert found.evaluated.cells > 0, seed
    assert found.evaluated.differing == 0, (seed, found.evaluated.first)
    assert found.changes == (), seed


@pytest.fixture(scope="module")
def changed_exports():
    """All workbooks but those checked in, each with changes of its own."""
    networks = [DrawnNetwork(seed).written() for seed in range(DRAWN_NETWORKS)]
    contents = [*map(exported, range(DRAWN)), *special_exports(), *networks, *special_networks()]
    return [mutated(content, seed) for seed, content in enumerate(contents)]


@pytest.mark.recalculation
def test_libreoffice_recalculates_every_export_after_changes(changed_exports):
    found = reports(changed_exports, "libreoffice")
    for seed, report in enumerate(found):
        check(report, seed)
    # A change may fall where no window reaches, but most show.
    assert sum(report.stored.differing > 0 for report in found) > len(found) * 0.9


@pytest.mark.recalculation
def test_what_libreoffice_saves_is_still_the_same_calculation(changed_exports, tmp_path):
    sources = [tmp_path / f"{number}.xlsx" for number in range(len(changed_exports))]
    for source, content in zip(sources, changed_exports, strict=True):
        # Its own values, not ours: as if it had been opened, recalculated and saved.
        source.write_bytes(without_stored_values(content))
    saved = [path.read_bytes() for path in convert(sources, tmp_path)]
    for seed, report in enumerate(reports(saved, "formualizer")):
        check(report, seed)
        assert report.stored.cells == report.evaluated.cells
        assert report.agrees


def test_a_fast_engine_recalculates_a_few_drawn_exports_after_changes():
    contents = [mutated(exported(seed), seed) for seed in range(FEW)]
    found = reports(contents, "formualizer")
    for seed, report in enumerate(found):
        check(report, seed)
    assert sum(report.stored.differing > 0 for report in found) > FEW / 2


def test_a_fast_engine_recalculates_a_few_networks_after_changes():
    contents = [DrawnNetwork(seed).written() for seed in range(FEW)]
    found = reports(
        [mutated(content, seed) for seed, content in enumerate(contents)], "formualizer"
    )
    for seed, report in enumerate(found):
        check(report, seed)
    assert sum(report.stored.differing > 0 for report in found) > FEW / 2


def test_the_drawn_networks_cover_all_layers():
    seen = Counter()
    for seed in range(DRAWN_NETWORKS):
        drawn = DrawnNetwork(seed)
        shapes = drawn.network.shapes
        for layer, shape in zip(drawn.network.layers, shapes[:-1], strict=True):
            seen[type(layer).__name__] += 1
            seen[f"{getattr(layer, 'activation', '')} of {len(shape)}"] += 1
            seen[f"{type(layer).__name__} of {len(shape)}"] += 1
        seen.update(
            {"class names": bool(drawn.class_names), "target": drawn.target is not None}
            | {f"{shapes[-1][0]} units with a target": drawn.target is not None}
        )
    # Merges are drawn in tests/sheet/test_branches.py, crops in tests/part; the rest hands on.
    others = (*MERGES, Cropping2D, *INFERENCE_ONLY_LAYERS, Identity)
    elsewhere = {kind.__name__ for kind in others}
    expected = {*LAYERS, "Dense of 1", "Dense of 3", "softmax of 1", "softmax of 3"}
    expected |= {"BatchNormalization of 1", "BatchNormalization of 3", "class names", "target"}
    expected |= {"1 units with a target", "3 units with a target", "Flatten of 1", "Flatten of 3"}
    assert {name: seen[name] for name in expected - elsewhere if seen[name] < 2} == {}


def test_the_drawn_exports_cover_the_option_space():
    seen = Counter()
    for seed in range(DRAWN):
        network, image = draw(seed)
        first, *later = network.layers
        assert isinstance(first, ConvolutionLayer)
        geometry = first.geometry(image.shape)
        seen.update(
            {
                type(first).__name__: 1,
                first.activation: 1,
                "depth": image.shape[2] > 1,
                "filters": network.shapes[1][2] > 1,
                "bias": first.use_bias,
                "no bias": not first.use_bias,
                "uneven strides": geometry.strides.height != geometry.strides.width,
                "dilation": max(geometry.dilation_rate) > 1,
                "pads of four sizes": len(set(geometry.pads)) == 4,
                "uncovered": geometry.vertical.uncovered > 0,
                f"padding {first.padding}": 1,
            }
        )
        seen.update(
            f"{type(layer).__name__} {getattr(layer, 'mode', '')}".strip() for layer in later
        )
        seen.update(f"pooling {x.padding}" for x in later if isinstance(x, PoolingLayer))
    expected = {"Conv2D", "DepthwiseConv2D", *ACTIVATIONS, "depth", "filters", "bias", "no bias"}
    expected |= {"uneven strides", "dilation", "pads of four sizes", "uncovered", "Combine sum"}
    expected |= {"Combine max", "MaxPooling2D", "AveragePooling2D", "L2Pooling2D"}
    expected |= {"padding valid", "padding same", "pooling valid", "pooling same"}
    assert {name: seen[name] for name in expected if seen[name] < 3} == {}


@pytest.fixture(scope="module")
def article():
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions())
    return stream.getvalue()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_workbook_checked_in_is_recalculated_before_and_after_changes(engine):
    contents = [path.read_bytes() for path in CHECKED_IN]
    if engine == "formualizer":
        contents = [content for content in contents if len(content) < QUICK]
    assert contents
    for report in reports(contents, engine):
        assert report.agrees, report
    for report in reports([mutated(content, 5) for content in contents], engine):
        check(report, "checked in")
        assert report.stored.differing > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_poisoned_workbook_is_recalculated_all_the_same(article, engine):
    poison = poisoned(article)
    assert b"</f><v>-999</v>" in zipfile.ZipFile(io.BytesIO(poison)).read(
        "xl/worksheets/sheet2.xml"
    )
    evaluation = recalculate([poison], engine)[0]
    assert -999.0 not in evaluation.values.values()
    report = compare_exported(read_exported(poison), evaluation)
    check(report, "poisoned")
    assert report.stored.differing == report.stored.cells == report.evaluated.cells
    assert report.stored.first.found == -999.0
