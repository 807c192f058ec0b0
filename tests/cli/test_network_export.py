"""`cnncalc export-xlsx --network`, and `cnncalc verify` of what it writes."""

import numpy as np
import openpyxl
import pytest
from PIL import Image

from tests.cli.networks import LENET, save_photo, save_small

NETWORK = 'Conv2D(2, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(3, "softmax")'


def values(path, sheet):
    return openpyxl.load_workbook(path, data_only=True)[sheet]


def type_over(path, sheet, **cells):
    book = openpyxl.load_workbook(path)
    for address, content in cells.items():
        book[sheet][address] = content
    book.save(path)


@pytest.fixture
def small(run, tmp_path):
    """The workbook of the small network, with class names and a target."""
    save_small(tmp_path, class_names=["cat", "dog"])
    result = run(
        *("export-xlsx", "grid.csv", "-n", "small.keras", "--target", "dog", "-o", "small.xlsx")
    )
    assert result.exit_code == 0, result.output
    return tmp_path / "small.xlsx"


def test_a_saved_network_brings_its_weights_and_class_names(small):
    assert openpyxl.load_workbook(small).sheetnames == [
        *("Contents", "Input", "conv2d", "max_pooling2d", "flatten", "dense", "Prediction"),
        "About",
    ]
    assert [values(small, "conv2d")[cell].value for cell in ("B8", "C8", "B12")] == [1, 0, -2]
    prediction = values(small, "Prediction")
    assert [prediction[f"C{row}"].value for row in range(5, 8)] == [1, "dog", 1]
    assert prediction["C8"].value == pytest.approx(np.log1p(np.exp(-7.5)))


def test_the_size_is_said(run):
    result = run("export-xlsx", "article:6x6", "--network", NETWORK, "-o", "mine.xlsx")
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith("wrote mine.xlsx (151 formulas on 6 sheets)\n")


@pytest.mark.parametrize(
    ("arguments", "name"), [(("article:6x6",), "6x6.xlsx"), ((), "digit4.xlsx")]
)
def test_the_name_is_the_inputs_where_none_is_given(run, tmp_path, arguments, name):
    assert run("export-xlsx", *arguments, "-n", "Flatten(); Dense(2)").exit_code == 0
    assert (tmp_path / name).exists()


def test_a_seed_draws_the_weights(run, tmp_path):
    kernels = []
    for seed in (1, 1, 2):
        run(
            "export-xlsx",
            "-n",
            NETWORK.replace("3,", "2,"),
            "--seed",
            seed,
            "-o",
            "a.xlsx",
            "--force",
        )
        kernels.append([values("a.xlsx", "conv2d").cell(8, column).value for column in (2, 3)])
    assert kernels[0] == kernels[1] != kernels[2]


def test_weights_come_from_another_file(run, tmp_path):
    save_small(tmp_path)
    layers = "Conv2D(1, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"
    result = run(
        *("export-xlsx", "grid.csv", "-n", layers, "--weights", "small.keras", "-o", "a.xlsx")
    )
    assert result.exit_code == 0, result.output
    assert values("a.xlsx", "conv2d")["B12"].value == -2


def test_a_photo_is_resized_on_request(run, tmp_path):
    save_photo(tmp_path / "photo.png", 20, 30)
    network = "Input((6, 6, 3)); GlobalAveragePooling2D(); Dense(2, activation='softmax')"
    options = ("--resize", "--class-names", "cat,dog")
    result = run("export-xlsx", "photo.png", "-n", network, *options, "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
    shown = {row[1].value: row[2].value for row in values("a.xlsx", "Prediction").iter_rows()}
    assert shown["its name"] == "untrained (seed 0)"
    assert (shown[0], shown[1]) == ("cat", "dog")
    assert values("a.xlsx", "Contents")["A1"].value == "A network on photo.png"


def test_trace_writes_a_sheet_a_layer_as_well(run, tmp_path):
    save_small(tmp_path, class_names=["cat", "dog"])
    result = run("trace", "small.keras", "grid.csv", "-o", "traced.xlsx")
    assert result.exit_code == 0, result.output
    assert values("traced.xlsx", "Prediction")["C6"].value == "dog"
    assert run("verify", "traced.xlsx", "--engine", "formualizer").exit_code == 0


@pytest.mark.recalculation
def test_a_lenet_is_verified(run, tmp_path):
    save_photo(tmp_path / "photo.png", 28, 28, "L")
    options = ("--input-shape", "28,28,1", "--target", "3")
    result = run("export-xlsx", "photo.png", "-n", LENET, *options, "-o", "lenet.xlsx")
    assert result.exit_code == 0, result.output
    checked = run("verify", "lenet.xlsx", "--engine", "formualizer")
    assert checked.exit_code == 0, checked.output


def test_the_image_is_an_input_and_the_filters_are_kernels_again(run, small):
    again = run("convolve", "small.xlsx", "--kernel", "@small.xlsx", "--format", "csv")
    direct = run("convolve", "grid.csv", "--kernel", "1 0 1; 0 1 0; 1 0 1", "--format", "csv")
    assert again.stdout == direct.stdout != ""


def test_a_network_without_filters_has_no_kernels(run, fails):
    run("export-xlsx", "-n", "Flatten(); Dense(2)", "-o", "dense.xlsx")
    fails("convolve", "article:6x6", "--kernel", "@dense.xlsx", "--range", "A1:B2")


def test_names_target_pixels_and_weights_may_be_typed_over(run, small):
    type_over(small, "Prediction", C12="Katze", C13="Hund", C7=0)
    type_over(small, "Input", B8=50)
    type_over(small, "dense", D13=-3)
    result = run("verify", small, "--engine", "formualizer")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("sheet", "cell", "content", "said"),
    [
        ("Prediction", "C6", "mouse", "Prediction!C6 holds mouse in place of =INDEX("),
        ("Prediction", "B13", 5, "Prediction!B13 holds 5 in place of 1."),
        ("flatten", "C6", 5, "flatten!C6 holds 5 in place of =max_pooling2d!B8."),
    ],
)
def test_what_was_typed_over_is_told(run, small, sheet, cell, content, said):
    type_over(small, sheet, **{cell: content})
    result = run("verify", small, "--engine", "formualizer")
    assert result.exit_code == 1
    assert said in result.stdout


@pytest.mark.parametrize(
    ("sheet", "cell", "content", "said"),
    [
        ("Prediction", "C7", 2, "the target must be the number of a class, 0 to 1. Received: 2"),
        ("Prediction", "C7", "dog", "C7 of sheet 'Prediction' must hold a number, as what is"),
        ("Prediction", "C12", None, "C12 of sheet 'Prediction' must hold a text, as each class"),
        ("dense", "D13", "x", "D13 of sheet 'dense' must hold a number, as all weights do"),
        ("About", "B23", "no", "must hold"),
    ],
)
def test_an_input_that_can_not_be_is_told(fails, small, sheet, cell, content, said):
    type_over(small, sheet, **{cell: content})
    assert said in fails("verify", small, "--engine", "formualizer")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "1"), "need --network"),
        (("--weights", "a.keras"), "need --network"),
        (("--resize",), "need --network"),
        (("-n", "MaxPooling2D(9)"), "layer max_pooling2d: the window must fit"),
        (("-n", "Conv2D(2, 9)"), "layer conv2d: the window must fit"),
        (("-n", "Flatten(); Dens(2)"), "the nearest name is Dense"),
        (("-n", "Flatten(); Dense(2)", "--kernel", "edge"), "--network brings its own layers"),
        (("-n", "Flatten(); Dense(2)", "--worksheet"), "Received: --network"),
        (("-n", "Flatten(); Dense(2)", "--target", "1"), "ends in softmax"),
        (("-n", "Flatten(); Dense(2, 'softmax')", "--target", "2"), "a class: 0 to 1"),
        (("-n", "Flatten(); Dense(2, 'softmax')", "--target", "-1"), "a class: 0 to 1"),
        (("-n", "Flatten(); Dense(17000, 'softmax')"), "16,384 columns at most"),
        (("-n", "Flatten()", "-o", "a.xls"), ".xlsx"),
    ],
)
def test_what_can_not_be_exported_is_said(fails, tmp_path, arguments, said):
    assert said in fails("export-xlsx", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_class_name_that_is_none_of_them_is_said(fails):
    names = ("-n", "Flatten(); Dense(2, 'softmax')", "--class-names", "cat,dog")
    said = fails("export-xlsx", *names, "--target", "dgo")
    assert said.endswith("0 to 1, or one of cat, dog. Received: 'dgo' Did you mean 'dog'?")


def test_far_too_many_formulas_are_refused_before_a_plan_is_made(fails, tmp_path, monkeypatch):
    def planned(specifications):
        raise AssertionError(specifications)

    monkeypatch.setattr("cnncalc.tasks.workbook_writing.make_plan", planned)
    Image.new("L", (330, 330)).save(tmp_path / "large.png")
    network = "Conv2D(10, 5); MaxPooling2D(2); Flatten(); Dense(2)"
    said = fails("export-xlsx", "large.png", "--network", network, "-o", "large.xlsx")
    formulas = 326 * 326 * 10 + 2 * (163 * 163 * 10) + 2
    assert said.endswith(f"Received: a calculation of at least {formulas:,} formulas")
