"""`cnncalc export-xlsx --training-steps`, and `cnncalc verify` of what it writes."""

import re
import zipfile

import numpy as np
import openpyxl
import pytest

from cnncalc.files.datasets_arrays import read_digits
from cnncalc.files.engines import recalculate
from cnncalc.sheet.plan import Quantity
from cnncalc.tasks.verification import compare_exported, verify_workbook
from cnncalc.tasks.workbook_reading import read_exported
from cnncalc.training.fit import epoch_order
from cnncalc.verification.comparison import Place
from tests.cli.networks import save_photo, save_small
from tests.cli.training_data import save_npz

NETWORK = "Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(10, 'softmax')"
TINY = "Conv2D(1, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"


def values(path, sheet):
    return openpyxl.load_workbook(path, data_only=True)[sheet]


def type_over(path, sheet, **cells):
    book = openpyxl.load_workbook(path)
    for address, content in cells.items():
        book[sheet][address] = content
    book.save(path)


def poison(path, sheet_number):
    """Store another number beside the first formula of a sheet."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = f"xl/worksheets/sheet{sheet_number}.xml"
    parts[part] = re.sub(rb"(</f><v>)[^<]*", rb"\g<1>-999", parts[part], count=1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.fixture
def tiny(run, tmp_path):
    """One step on the article's 6×6 image."""
    options = ("--training-steps", 1, "--target", 1, "--optimizer", "SGD(0.1, momentum=0.5)")
    result = run(
        *("export-xlsx", "article:6x6", "-n", f"Rescaling(1/255); {TINY}", *options),
        *("-o", "tiny.xlsx"),
    )
    assert result.exit_code == 0, result.output
    return tmp_path / "tiny.xlsx"


def test_the_size_is_said(run):
    options = ("--training-steps", 2, "--batch-size", 2, "-o", "digits.xlsx")
    result = run("export-xlsx", "-n", NETWORK, *options)
    assert result.exit_code == 0, result.output
    assert re.search(r"wrote digits.xlsx \([\d,]+ formulas on 4 sheets\)\n$", result.stderr)


def test_batches_are_taken_as_train_takes_them(run, tmp_path):
    options = ("--training-steps", 3, "--batch-size", 2, "--seed", 4)
    assert run("export-xlsx", "-n", "Flatten(); Dense(10, 'softmax')", *options).exit_code == 0
    shown = values(tmp_path / "training.xlsx", "Dashboard")
    rows = [row for row in shown.iter_rows(values_only=True) if row[1] in ("1", "2", "3")]
    digits = read_digits().training
    # The last 30 % of them are held back, as train does by itself.
    kept = int(len(digits) * 0.7)
    expected = digits.labels[:kept][epoch_order(kept, 4, 1)[:6]]
    assert [label for row in rows for label in row[2:4]] == expected.tolist()


def test_a_few_samples_come_again_and_again(run, tmp_path):
    options = ("--training-steps", 4, "--batch-size", 2, "--samples", 3)
    assert run("export-xlsx", "-n", "Flatten(); Dense(10, 'softmax')", *options).exit_code == 0
    (specification,) = read_exported((tmp_path / "training.xlsx").read_bytes()).plan.specifications
    batches = specification.training.batches
    assert [len(batch) for batch in batches] == [2, 1, 2, 1]
    assert {sample for batch in batches for sample in batch} == {0, 1, 2}
    assert specification.training.steps_per_epoch == 2


def test_the_loss_falls(run, tmp_path):
    options = ("--training-steps", 4, "--batch-size", 3, "--samples", 3, "--learning-rate", 0.05)
    assert run("export-xlsx", "-n", NETWORK, *options).exit_code == 0
    shown = values(tmp_path / "training.xlsx", "Dashboard")
    losses = [shown.cell(row, 3).value for row in range(12, 16)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] * 0.9


def test_data_of_ones_own_brings_its_classes(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    network = "Conv2D(2, 3); Flatten(); Dense(3, 'softmax')"
    options = ("--training-steps", 1, "--batch-size", 2, "--loss", "mean_squared_error")
    result = run("export-xlsx", "data.npz", "-n", network, *options, "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
    assert run("verify", "a.xlsx", "--engine", "formualizer").exit_code == 0


def test_photos_are_read_in_the_networks_shape(run, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(4):
            save_photo(tmp_path / "photos" / name / f"{number}.png", 9, 7)
    options = ("--training-steps", 1, "--batch-size", 2, "--input-shape", "5,4,1")
    network = "Flatten(); Dense(1, 'sigmoid')"
    loss = ("--loss", "binary_crossentropy")
    result = run("export-xlsx", "photos", "-n", network, *options, *loss, "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
    (specification,) = read_exported((tmp_path / "a.xlsx").read_bytes()).plan.specifications
    assert specification.input_shape == (5, 4, 1)
    assert values(tmp_path / "a.xlsx", "Dashboard")["B3"].value == "Classes: 0 cat, 1 dog."


def test_weights_come_from_a_file(run, tmp_path):
    save_small(tmp_path)
    layers = "Conv2D(1, 3, activation='relu'); MaxPooling2D(2); Flatten(); Dense(2, 'softmax')"
    options = ("--weights", "small.keras", "--training-steps", 1, "--target", 0)
    result = run("export-xlsx", "grid.csv", "-n", layers, *options, "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
    exported = read_exported((tmp_path / "a.xlsx").read_bytes())
    kernel = exported.inputs(0, {})[Quantity("weight", "conv2d", "kernel", 1)]
    assert kernel[..., 0, 0].tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_it_is_verified_from_its_inputs_as_they_stand(run, tiny):
    assert run("verify", tiny, "--engine", "formualizer").exit_code == 0
    before = values(tiny, "Dashboard")["C10"].value
    # The learning rate, a pixel, a weight and the label.
    type_over(tiny, "Dashboard", F5=0.4)
    exported = read_exported(tiny.read_bytes())
    cells = {
        block.role: block.address(0, 0)
        for sheet in exported.plan.sheets
        for block in sheet.blocks
        if block.is_input and sheet.name == "Step 1"
    }
    type_over(tiny, "Step 1", **{cells["pixels"]: 200, cells["weights"]: 0.5, cells["choice"]: 0})
    report = verify_workbook(tiny, "formualizer")
    assert report.evaluated.differing == 0
    assert report.changes == ()
    assert report.evaluated.largest is not None
    assert before > 0


@pytest.mark.parametrize("kind", ["gradient", "update", "training", "prediction"])
def test_a_changed_formula_is_found(run, tiny, kind):
    plan = read_exported(tiny.read_bytes()).plan
    sheet, block = next(
        (sheet, block)
        for sheet in plan.sheets[2:]
        for block in sheet.blocks
        if block.quantity.kind == kind
    )
    type_over(tiny, sheet.name, **{block.address(0, 0): f"={block.formula.text(0, 0)}+0"})
    result = run("verify", tiny, "--engine", "formualizer")
    assert result.exit_code == 1
    assert f"{sheet.name}'!{block.address(0, 0)}" in result.stdout


@pytest.fixture
def near_tie(run, tmp_path):
    """Two convolutions, 0.6 and 0.1 + 0.2 + 0.3, that differ in their last digit alone."""
    (tmp_path / "tie.csv").write_text("0,0,2,1,1,1", "utf-8")
    network = "Conv2D(1,(1,3),strides=(1,3)); MaxPooling2D((1,2)); Flatten(); Dense(2,'softmax')"
    options = ("--training-steps", 2, "--target", 1, "--optimizer", "SGD(0.5)")
    assert run("export-xlsx", "tie.csv", "-n", network, *options).exit_code == 0
    numbers = {"conv2d": (0.1, 0.2, 0.3), "dense": (0.5, -0.5)}
    cells = {
        block.address(0, place): number
        for block in read_exported((tmp_path / "tie.xlsx").read_bytes()).plan.sheets[2].blocks
        if block.quantity.name == "kernel" and block.is_input
        for place, number in enumerate(numbers[block.quantity.layer])
    }
    type_over(tmp_path / "tie.xlsx", "Step 1", **cells)
    return tmp_path / "tie.xlsx"


def test_numbers_that_are_equal_but_for_rounding_count_as_a_tie(near_tie):
    """Spreadsheets take 0.6000000000000001 for 0.6, the first of two equal ones; so does verify."""
    content = near_tie.read_bytes()
    (evaluation,) = recalculate([content], "formualizer")
    exported = read_exported(content)
    assert compare_exported(exported, evaluation).evaluated.differing == 0
    found = {
        block.quantity.name: evaluation.values[Place("Step 1", block.row, block.column)]
        for block in exported.plan.sheets[2].blocks
        if block.quantity.layer == "max_pooling2d"
    }
    assert (found["gradient first maximum"], found["gradient equal maxima"]) == (1, 2)


@pytest.mark.parametrize("sheet", [1, 3])
def test_a_poisoned_value_is_found(run, tiny, sheet):
    poison(tiny, sheet)
    result = run("verify", tiny, "--engine", "formualizer")
    assert result.exit_code == 1
    assert "-999" in result.stdout


@pytest.mark.parametrize(
    ("sheet", "cell", "content", "said"),
    [
        ("Dashboard", "F6", -1, "F6 of sheet 'Dashboard': momentum must be from 0 to 1. Received"),
        ("Dashboard", "F5", "fast", "F5 of sheet 'Dashboard' must hold a number"),
        ("Step 1", "label", 2, ": a label must be the number of a class, 0 to 1. Received: 2"),
        ("Step 1", "label", 0.5, ": a label must be the number of a class, 0 to 1. Received: 0.5"),
        ("About", "optimizer", "SGD(x)", "on the sheet About must be as cnncalc wrote it"),
    ],
)
def test_an_input_that_can_not_be_is_told(fails, tiny, sheet, cell, content, said):
    if cell == "label":
        blocks = read_exported(tiny.read_bytes()).plan.sheets[2].blocks
        cell = next(each.address(0, 0) for each in blocks if each.quantity.name == "label")
    if cell == "optimizer":
        rows = values(tiny, "About").iter_rows(max_col=1)
        # The first line of that name is for people.
        cell = [f"B{row[0].row}" for row in rows if row[0].value == "Optimizer"][1]
    type_over(tiny, sheet, **{cell: content})
    message = fails("verify", tiny, "--engine", "formualizer")
    assert said in message
    assert message.startswith(f"{cell} of sheet '{sheet}'") or sheet == "About"


@pytest.mark.parametrize("rate", [0, -0.3])
def test_any_learning_rate_may_be_typed_over(run, tiny, rate):
    """Formulas follow a rate that no one would ask for, and so does the calculation."""
    type_over(tiny, "Dashboard", F5=rate)
    assert verify_workbook(tiny, "formualizer").evaluated.differing == 0


def test_the_image_is_an_input_and_the_filter_is_a_kernel_again(run, tiny):
    again = run("convolve", "tiny.xlsx", "--kernel", "@tiny.xlsx", "--format", "csv")
    assert again.exit_code == 0, again.output
    assert len(again.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--batch-size", "2"), "need --training-steps N. Received: --batch-size without it"),
        (("-n", NETWORK, "--optimizer", "adam"), "need --training-steps"),
        (("--training-steps", "2"), "--training-steps needs --network"),
        (("article:6x6", "-n", TINY, "--training-steps", "2"), "one image needs its class"),
        (("-n", NETWORK, "--training-steps", "0"), "0 is not in the range"),
        (("-n", NETWORK, "--training-steps", "1", "--resize"), "as train reads it"),
        (("-n", NETWORK, "--training-steps", "1", "--class-names", "a,b"), "Received: --class-"),
        (
            ("-n", TINY, "--training-steps", "1", "--target", "1", "--samples", "2"),
            "a step has one sample. Received: --samples",
        ),
        (("-n", NETWORK, "--training-steps", "1", "--kernel", "edge"), "brings its own layers"),
        (("-n", NETWORK, "--training-steps", "1", "--worksheet"), "Received: --network"),
        (("-n", NETWORK, "--training-steps", "1", "--optimizer", "spin"), "the optimizer must be"),
        (("-n", NETWORK, "--training-steps", "1", "--loss", "hinge"), "hinge"),
        (("-n", "Flatten(); Dense(3, 'softmax')", "--training-steps", "1"), "for 10 classes"),
        (("article:6x6", "-n", TINY, "--training-steps", "1", "--target", "2"), "a class: 0 to 1"),
        (
            (
                *("-n", "Conv2D(64, 3, padding='same'); Flatten(); Dense(10, 'softmax')"),
                *("--training-steps", "50", "--batch-size", "32"),
            ),
            "must be asked for with export-xlsx --large",
        ),
    ],
)
def test_what_can_not_be_exported_is_said(run, tmp_path, arguments, said):
    result = run("export-xlsx", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_wide_network_is_refused_before_it_is_planned(run, monkeypatch):
    monkeypatch.setattr("cnncalc.tasks.workbook_writing.estimate_training", pytest.fail)
    network = "Conv2D(20000,3); Flatten(); Dense(2,'softmax')"
    options = ("--training-steps", 1, "--target", 1)
    result = run("export-xlsx", "article:6x6", "-n", network, *options)
    assert result.exit_code == 2
    assert "Received: a calculation of at least 1,4" in result.stderr


@pytest.mark.parametrize("options", [("--batch-size", 1), ("--samples", 1)])
def test_one_image_is_a_batch_of_one(run, options):
    training = ("--training-steps", 1, "--target", 1, *options, "-o", "one.xlsx")
    assert run("export-xlsx", "article:6x6", "-n", TINY, *training).exit_code == 0


def test_what_is_made_of_numbers_that_are_too_large_is_said(run):
    network = ("-n", "Flatten(); Dense(10, 'softmax')", "--training-steps", 1)
    result = run("export-xlsx", *network, "--samples", 2, "--batch-size", 5, "-o", "a.xlsx")
    assert "--batch-size 5: a step has 2, all there are" in result.stderr
    result = run("export-xlsx", *network, "--samples", 99_999, "-o", "b.xlsx")
    assert "--samples 99,999: all 1,005 that there are" in result.stderr


def test_data_is_described_in_words_that_fit_an_export(run, tmp_path):
    """The last part is held back, as `train` does, and here the last class with it."""
    for name, count in (("cat", 5), ("dog", 2), ("eel", 1)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(count):
            save_photo(tmp_path / "photos" / name / f"{number}.png", 4, 4)
    options = ("--training-steps", 1, "--input-shape", "4,4,3", "-o", "a.xlsx")
    result = run("export-xlsx", "photos", "-n", "Flatten(); Dense(3, 'softmax')", *options)
    assert result.exit_code == 0, result.output
    assert "5 images of 4×4×3, without 3 that train validates with; 3 classes: " in result.stderr
    assert "--stratify" not in result.stderr
    assert "validation part" not in result.stderr


def test_a_terminal_shows_what_takes_time(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("cnncalc.cli.console.LONG", 0)
    options = ("--training-steps", 1, "--target", 1, "-o", "shown.xlsx")
    result = run("export-xlsx", "article:6x6", "-n", TINY, *options)
    assert result.exit_code == 0
    assert "Planning the training" in result.stderr


def test_a_large_training_is_refused_at_once(run):
    options = ("--training-steps", 1_000, "--batch-size", 1_000)
    result = run("export-xlsx", "-n", NETWORK, *options)
    assert result.exit_code == 2
    assert "must be asked for" in result.stderr


FROZEN = (
    "Conv2D(2, 2, activation='relu', kernel_regularizer='l2'); BatchNormalization(trainable=False);"
    " Dropout(0.5); Conv2D(2, 2, trainable=False, kernel_regularizer='l2'); Flatten(); "
    "Dense(10, 'softmax')"
)


@pytest.fixture
def with_frozen_layers(run, tmp_path):
    options = ("--training-steps", 2, "--batch-size", 2, "--optimizer", "Adam(0.01)")
    result = run("export-xlsx", "-n", FROZEN, *options, "-o", "frozen.xlsx")
    assert result.exit_code == 0, result.output
    return tmp_path / "frozen.xlsx"


def test_frozen_weights_go_on_unchanged_and_that_is_said(run, with_frozen_layers):
    book = openpyxl.load_workbook(with_frozen_layers)
    texts = [str(cell) for row in book["Step 1"].values for cell in row if cell is not None]
    assert texts.count("Weights as before") == 2
    assert sum(text.startswith("Frozen (trainable=False):") for text in texts) == 2
    plan = read_exported(with_frozen_layers.read_bytes()).plan
    blocks = [block for sheet in plan.sheets for block in sheet.blocks]
    updated = {(b.quantity.layer, b.quantity.name) for b in blocks if b.quantity.kind == "update"}
    slots = {layer for layer, name in updated if "momentum" in name or "velocity" in name}
    assert slots == {"conv2d", "dense"}
    by_weights = {b.quantity.layer for b in blocks if b.quantity.name == "kernel"
                  and b.quantity.kind == "gradient"}  # fmt: skip
    assert by_weights == {"conv2d", "dense"}
    assert run("verify", with_frozen_layers, "--engine", "formualizer").exit_code == 0


@pytest.mark.recalculation
def test_libreoffice_leaves_frozen_weights_as_they_are(with_frozen_layers):
    content = with_frozen_layers.read_bytes()
    exported = read_exported(content)
    (evaluation,) = recalculate([content], "libreoffice")
    assert compare_exported(exported, evaluation).agrees
    inputs = exported.inputs(0, {})
    found = 0
    for block in (block for sheet in exported.plan.sheets for block in sheet.blocks):
        quantity = block.quantity
        if quantity.kind != "update" or quantity.layer not in ("batch_normalization", "conv2d_1"):
            continue
        before = {quantity: inputs[Quantity("weight", quantity.layer, quantity.name, 1)]}
        for row, column in np.ndindex(block.height, block.width):
            place = Place(sheet_of(exported, block), block.row + row, block.column + column)
            # LibreOffice saves 15 digits of a number.
            kept = pytest.approx(block.slice(before)[row, column], rel=1e-14)
            assert evaluation.values[place] == kept
            found += 1
    assert found == 2 * (8 + 16 + 2)


def sheet_of(exported, block):
    return next(sheet.name for sheet in exported.plan.sheets if block in sheet.blocks)
