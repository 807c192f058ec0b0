"""A gradient that vanished says why: in the step, in the explanation, and in the workbook."""

import json

import openpyxl

NETWORK = 'Conv2D(1, 3, activation="relu"); MaxPooling2D(2); Flatten(); Dense(2, "softmax")'
ONE = ("--target", "1", "--gradient", "--layer", "conv2d", "--at", "0,0,0,0")
SATURATED = (
    "the softmax is saturated: it gives the true class a share of 1, so that output − target"
)
ADVICE = (
    "Pixels go up to 253: with Rescaling(1/255) as the network's first layer, a gradient would "
    "come back."
)


def joined(text):
    return " ".join(text.split())


def output(run, *arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def save_rows(folder):
    """One sample, and a second that is held back to validate with: the class of the first is 1."""
    rows = [[1, *[250] * 16], [0, *[3] * 16]]
    (folder / "two.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))


STEP = (
    *("train", "two.csv", "--label-column", "1", "--raw", "--show-step", "1"),
    *("--network", "Flatten(); Dense(2, 'softmax')", "--seed", "1"),
)


def test_an_explanation_says_why_and_what_would_help(run):
    shown = joined(output(run, "explain", NETWORK, *ONE, "--raw"))
    start = "Next to no gradient comes back from the loss, about 1.2e-118 at most: "
    assert f"{start}{SATURATED} is about 3.3e-121 at most. {ADVICE}" in shown
    record = json.loads(output(run, "explain", NETWORK, *ONE, "--raw", "--format", "json"))
    assert abs(record["value"]) < 1e-30
    assert record["vanished"].endswith(ADVICE)


def test_behind_the_rescaling_there_is_nothing_to_say(run):
    assert "comes back" not in output(run, "explain", NETWORK, *ONE)
    record = json.loads(output(run, "explain", NETWORK, *ONE, "--format", "json"))
    assert record["vanished"] is None


def test_a_step_says_why_before_its_gradients(run, tmp_path):
    save_rows(tmp_path)
    shown = joined(output(run, *STEP))
    assert f"to any weight, about 2.3e-132 at most: {SATURATED} is about 9.2e-135 at most." in shown
    assert shown.index("Backward") < shown.index("saturated") < shown.index("Gradient by")
    record = json.loads(output(run, *STEP, "--format", "json"))
    (vanished,) = record["vanished"]
    assert vanished["weights"] == [
        {"layer": "dense", "name": "kernel"},
        {"layer": "dense", "name": "bias"},
    ]
    assert vanished["reason"].startswith(SATURATED)
    assert vanished["advice"] == ADVICE.replace("253", "250")


def test_a_step_with_gradients_has_none_that_vanished(run, tmp_path):
    save_rows(tmp_path)
    arguments = [each for each in STEP if each != "--raw"]
    assert json.loads(output(run, *arguments, "--format", "json"))["vanished"] == []


def test_a_workbooks_note_says_why_and_it_is_still_verified(run, tmp_path):
    options = ("--training-steps", "2", "--target", "1", "--raw", "--class-names", "cat,dog")
    result = run("export-xlsx", "-n", NETWORK, *options, "-o", "raw.xlsx")
    text = "As written, in every step: Next to no gradient comes back from the loss to any weight"
    assert any(line.startswith(text) for line in result.stderr.splitlines())
    book = openpyxl.load_workbook(tmp_path / "raw.xlsx", data_only=True)
    lines = [book["Dashboard"].cell(row, 2).value for row in (3, 4, 5)]
    note = " ".join(lines)
    assert note.startswith(f"Classes: 0 cat, 1 dog. {text}")
    assert note.endswith(ADVICE)
    assert note in [row[1] for row in book["About"].values if row[1:]]
    assert run("verify", "raw.xlsx", "--engine", "formualizer").exit_code == 0
    told = output(run, "explain", NETWORK, *ONE, "--raw", "--workbook", "raw.xlsx")
    sheet, cell = told.splitlines()[-1].split(" stands in ")[1].rstrip(".").split("!")
    shown = book[sheet.strip("'")][cell].value
    record = json.loads(output(run, "explain", NETWORK, *ONE, "--raw", "--format", "json"))
    assert abs(shown - record["value"]) <= 1e-9 * abs(record["value"])


def test_a_workbook_of_one_step_names_it(run):
    options = ("--training-steps", "1", "--target", "1", "--raw", "-o", "raw.xlsx")
    assert "As written, in step 1: Next to" in run("export-xlsx", "-n", NETWORK, *options).stderr


def test_a_workbook_with_gradients_has_no_such_note(run):
    options = ("--training-steps", "2", "--target", "1", "-o", "step.xlsx")
    assert "As written" not in run("export-xlsx", "-n", NETWORK, *options).stderr
