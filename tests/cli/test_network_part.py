"""A part of a network as a workbook or a page: the formulas behind one number alone."""

import numpy as np
import openpyxl
import pytest

from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.trace import record

BLOCK = (
    'Input((9, 9, 2)); Conv2D(6, 3, padding="same", name="stem"); Conv2D(8, 1, name="expand"); '
    'Conv2D(6, 3, padding="same", name="project"); Add(name="add")([stem, project]); Flatten(); '
    'Dense(3, activation="softmax")'
)
PART = ("--network", BLOCK, "--layer", "add", "--at", "4,5,2")


@pytest.fixture
def image(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = np.random.default_rng(0).normal(size=(9, 9, 2))
    np.save(tmp_path / "image.npy", image)
    return image


def number_of(image):
    """The number that is asked about, of the whole network."""
    read = parse(BLOCK)
    network = initialize(read.layers, read.input_shape, 0)
    return record(network, image).layer("add").output[4, 5, 2]


def cells(sheet):
    """What the cells of a sheet hold, formulas as the values beside them."""
    rows = openpyxl.load_workbook("part.xlsx", data_only=True)[sheet].iter_rows(values_only=True)
    return [value for row in rows for value in row]


def test_a_workbook_of_a_part_holds_the_whole_networks_number(run, image, tmp_path):
    result = run("export-xlsx", "image.npy", *PART, "--depth", "2", "-o", "part.xlsx")
    assert "the part begins with rows 3 to 5, columns 4 to 6 of stem (9×9×6), 3 layers" in (
        result.stderr
    )
    assert "wrote part.xlsx (148 formulas on 5 sheets)" in result.stderr
    [number] = [value for value in cells("add") if isinstance(value, float)]
    np.testing.assert_allclose(number, number_of(image), rtol=1e-12)


def test_a_part_is_verified_and_says_what_it_shows(run, image):
    run("export-xlsx", "image.npy", *PART, "--depth", "2", "-o", "part.xlsx")
    assert "all 148 agree" in run("verify", "part.xlsx", "--engine", "formualizer").stdout
    said = " ".join(map(str, cells("project")))
    assert "Row 4, column 5, channel 2 of project (9×9×6). 3×3×8 → 1×1×1" in said
    assert "filter 2 on filter 7" in said


def test_without_a_depth_it_goes_back_to_the_image(run, image):
    result = run("export-html", "image.npy", *PART, "-o", "part.html")
    assert "begins with rows 2 to 6, columns 3 to 7 of input (9×9×2), 4 layers" in result.stderr


def test_too_many_formulas_are_refused_with_the_depth_that_does(fails, image, monkeypatch):
    monkeypatch.setattr("cnncalc.tasks.workbook_writing.MOST_FORMULAS", 100)
    said = fails("export-xlsx", "image.npy", *PART)
    assert said == (
        "a part of a network is of at most 100 formulas: --depth 3 has at least 75. "
        "Received: one of at least 129"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--layer", "add", "--at", "0,0,0"), "are of a part of --network, without --training"),
        (("--network", BLOCK, "--layer", "add"), "lies behind one number, --layer NAME --at"),
        (("--network", BLOCK, "--at", "0,0,0"), "Received: no --layer"),
        (("--network", BLOCK, "--depth", "2"), "Received: no --layer"),
        ((*PART, "--target", "1"), "a part of a network tells no classes apart"),
        (("--network", BLOCK, "--layer", "sum", "--at", "0,0,0"), "the network has the layers"),
        (("--network", BLOCK, "--layer", "add", "--at", "9,0,0"), "must be 0 to 8,0 to 8,0 to 5"),
    ],
)
def test_what_is_no_part(fails, image, arguments, said):
    assert said in fails("export-xlsx", "image.npy", *arguments)


@pytest.mark.parametrize(
    ("layer", "at", "depth"),
    [("add", "0,8,1", 1), ("add", "4,5,2", 9), ("dense", "1", 1), ("flatten", "100", 9)],
)
def test_parts_are_recalculated(run, image, layer, at, depth):
    """All engines do in tests/engines."""
    asked = ("--network", BLOCK, "--layer", layer, "--at", at, "--depth", str(depth))
    run("export-xlsx", "image.npy", *asked, "-o", "part.xlsx")
    result = run("verify", "part.xlsx", "--engine", "formualizer")
    assert (result.exit_code, "agree with the calculation" in result.stdout) == (0, True)
