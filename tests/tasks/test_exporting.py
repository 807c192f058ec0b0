"""Workbooks written and verified from Python."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image

import cnncalc
from cnncalc.errors import InputError, OptionError, OutputError

TEXT = 'Conv2D(1, 3); Flatten(); Dense(2, activation="softmax")'
PIXELS = np.random.default_rng(1).integers(0, 256, (5, 5)).astype(np.uint8)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def agrees(path):
    return cnncalc.verify(path, "formualizer").agrees


def about(path):
    rows = openpyxl.load_workbook(path)["About"].iter_rows(values_only=True)
    return {row[0]: row[1] for row in rows if row[0]}


@pytest.mark.parametrize(
    ("image", "kernels", "options"),
    [
        (PIXELS, "edge", {}),
        (Image.fromarray(PIXELS), [[1, 2], [3, 4]], {"bias": 1, "activation": "relu"}),
        ("article:6x6", ["edge", "blur"], {"combine": "max", "padding": "same"}),
        (PIXELS, None, {"network": TEXT, "target": 1, "class_names": ["cat", "dog"]}),
    ],
)
def test_a_calculation_or_a_network(image, kernels, options):
    said = []
    paths = cnncalc.export_workbook("out.xlsx", image, kernels, say=said.append, **options)
    assert paths == (Path("out.xlsx"),)
    assert said[-1].startswith("wrote out.xlsx (")
    assert agrees("out.xlsx")


def test_the_article():
    assert cnncalc.export_workbook("article.xlsx") == (Path("article.xlsx"),)
    assert "5" in "".join(openpyxl.load_workbook("article.xlsx").sheetnames)


def test_a_trace_of_either():
    cnncalc.export_workbook("calculation.xlsx", cnncalc.calculate(PIXELS, "sharpen"))
    cnncalc.export_workbook("network.xlsx", cnncalc.record(TEXT, PIXELS), class_names=["a", "b"])
    assert agrees("calculation.xlsx")
    assert agrees("network.xlsx")
    assert about("network.xlsx")["Image"] == "an image, 5×5×1, from Python"


def network_cells(path):
    sheets = openpyxl.load_workbook(path, data_only=True).worksheets
    return {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row}


def test_a_trace_says_of_its_weights_that_they_are_untrained():
    cnncalc.export_workbook("drawn.xlsx", cnncalc.record(TEXT, PIXELS, seed=3))
    assert "untrained (seed 3)" in network_cells("drawn.xlsx")
    assert "untrained" in about("drawn.xlsx")["Weights"]
    assert agrees("drawn.xlsx")


def test_a_trace_of_a_network_in_memory_names_a_class():
    network = cnncalc.record(TEXT, PIXELS).network
    trace = cnncalc.record(network, PIXELS)
    assert trace.provenance is None
    cnncalc.export_workbook("known.xlsx", trace, class_names=["cat", "dog"])
    assert {"cat", "dog"} & network_cells("known.xlsx")
    assert "Weights" not in about("known.xlsx")
    assert agrees("known.xlsx")


def test_what_is_in_memory_is_said_to_be_from_python():
    cnncalc.export_workbook("out.xlsx", PIXELS, [[1, 0], [0, 1]])
    lines = about("out.xlsx")
    assert lines["Image"] == "image: array, 5×5, from Python"
    assert lines["Kernel"] == "an array, from Python"


def test_worksheets_and_their_keys():
    paths = cnncalc.export_workbook("quiz.xlsx", PIXELS, "edge", blank=0.5, variants=2, seed=7)
    names = ["quiz-1.xlsx", "quiz-1-key.xlsx", "quiz-2.xlsx", "quiz-2-key.xlsx"]
    assert [path.name for path in paths] == names
    assert all(path.exists() for path in paths)


def test_a_training_on_one_image_or_on_data():
    path = cnncalc.export_training("one.xlsx", TEXT, PIXELS, target=0, training_steps=2)
    assert path == Path("one.xlsx")
    images = np.stack([PIXELS, PIXELS.T, PIXELS[::-1]])
    cnncalc.export_training("some.xlsx", TEXT, (images, [0, 1, 1]), validation_split=0)
    assert agrees("one.xlsx")
    assert agrees("some.xlsx")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: cnncalc.export_workbook("a.csv", PIXELS, "edge"), OutputError, ""),
        (lambda: cnncalc.export_workbook("a.xlsx", PIXELS), OptionError, "needs --kernel"),
        (
            lambda: cnncalc.export_workbook("a.xlsx", PIXELS, "edge", network=TEXT),
            OptionError,
            "--network brings its own layers",
        ),
        (
            lambda: cnncalc.export_workbook("a.xlsx", cnncalc.record(TEXT, PIXELS), "edge"),
            OptionError,
            "a trace is exported as it is",
        ),
        (
            lambda: cnncalc.export_workbook("a.xlsx", PIXELS, "edge", variants=0),
            OptionError,
            "variants must be one whole number, at least 1",
        ),
        (
            lambda: cnncalc.export_training("a.xlsx", TEXT, PIXELS, target=0, training_steps=0),
            OptionError,
            "training_steps must be one whole number",
        ),
        (lambda: cnncalc.verify("a.xlsx", "excel"), OptionError, "engine must be one of auto"),
        (lambda: cnncalc.verify("none.xlsx"), InputError, "there is no file"),
    ],
)
def test_what_cant_be_written_is_an_error_of_cnncalc(call, error, said):
    with pytest.raises(error) as raised:
        call()
    assert said in str(raised.value)
    assert not Path("a.xlsx").exists()


def test_an_existing_file_is_replaced_by_force_alone():
    cnncalc.export_workbook("out.xlsx", PIXELS, "edge")
    trace = cnncalc.calculate(PIXELS, "edge")
    for image, kernels in ((PIXELS, "edge"), (trace, None)):
        with pytest.raises(OutputError, match="exists"):
            cnncalc.export_workbook("out.xlsx", image, kernels)
        cnncalc.export_workbook("out.xlsx", image, kernels, force=True)


def headings(path):
    """Return the texts in the first two rows of a workbook's first sheet."""
    first = openpyxl.load_workbook(path).worksheets[0]
    return {cell.value for row in first.iter_rows(max_row=2) for cell in row if cell.value}


def test_a_trace_has_the_title_of_what_it_is_of():
    Image.fromarray(PIXELS).save("cat.png")
    for image, name in ((PIXELS, "image"), ("cat.png", "cat.png"), ("article:6x6", "article:6x6")):
        cnncalc.export_workbook("text.xlsx", image, network=TEXT, force=True)
        cnncalc.export_workbook("trace.xlsx", cnncalc.record(TEXT, image), force=True)
        assert f"A network on {name}" in headings("trace.xlsx") & headings("text.xlsx")
        assert about("trace.xlsx")["Network"] == about("text.xlsx")["Network"]
        cnncalc.export_workbook("trace.xlsx", cnncalc.calculate(image, "edge"), force=True)
        cnncalc.export_workbook("kernel.xlsx", image, "edge", force=True)
        assert headings("trace.xlsx") == headings("kernel.xlsx")


def test_a_trace_of_a_network_in_memory_says_that_there_was_one():
    network = cnncalc.record(TEXT, PIXELS).network
    cnncalc.export_workbook("trace.xlsx", cnncalc.record(network, PIXELS))
    assert "A network on image" in headings("trace.xlsx")
    assert about("trace.xlsx")["Network"] == "a network, from Python"


def test_a_trace_may_have_a_target_and_names_as_one_text():
    trace = cnncalc.record(TEXT, PIXELS)
    cnncalc.export_workbook("out.xlsx", trace, class_names="cat, dog", target="dog")
    cells = network_cells("out.xlsx")
    assert {"cat", "dog"} <= cells
    assert agrees("out.xlsx")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weights", "w.h5"),
        ("seed", 3),
        ("resize", True),
        ("input_shape", (5, 5, 1)),
        ("network", TEXT),
    ],
)
def test_what_a_trace_has_no_use_for_is_refused(name, value):
    trace = cnncalc.record(TEXT, PIXELS)
    with pytest.raises(OptionError, match=f"a trace is exported as it is.* Received: {name}"):
        cnncalc.export_workbook("out.xlsx", trace, **{name: value})


def test_the_trace_of_a_calculation_has_no_classes():
    for options in ({"class_names": ["a"]}, {"target": 0}):
        with pytest.raises(OptionError, match="a trace is exported as it is"):
            cnncalc.export_workbook("out.xlsx", cnncalc.calculate(PIXELS, "edge"), **options)


def test_the_trace_of_one_layer_is_no_workbook():
    trace = cnncalc.record(TEXT, PIXELS)
    with pytest.raises(OptionError, match="Received: the trace of one layer"):
        cnncalc.export_workbook("out.xlsx", trace.layers[0])
