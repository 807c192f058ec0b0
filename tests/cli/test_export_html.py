"""Pages written by `cnncalc export-html`, and by -o x.html of the commands that calculate."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pytest

from cnncalc.cli.commands import cli
from tests.views.page import decoded

CROSS = ("--kernel", "1 0 1; 0 1 0; 1 0 1")
NETWORK = 'Conv2D(2, 3); Flatten(); Dense(2, activation="softmax")'
LENET = (
    'Conv2D(6, 5, padding="same", activation="tanh"); AveragePooling2D(2); '
    'Conv2D(16, 5, activation="tanh"); AveragePooling2D(2); Flatten(); '
    'Dense(120, activation="tanh"); Dense(84, activation="tanh"); Dense(10, activation="softmax")'
)
DIGITS = (
    *("--network", 'Conv2D(4, 3, activation="relu"); MaxPooling2D(2); Flatten(); '
      'Dense(10, activation="softmax")'),
    *("--training-steps", "10", "--batch-size", "6", "--samples", "6", "--learning-rate", "0.03"),
)  # fmt: skip


@pytest.fixture
def page(run):
    """A function that runs a command with a page, and returns its data."""

    def written(*command):
        result = run(*command, "-o", "page.html", "--force")
        assert result.exit_code == 0, result.output
        return decoded.data(decoded.written(Path("page.html").read_text("utf-8")))

    return written


def options(name):
    with click.Context(cli) as context:
        command = cli.get_command(context, name)
    return {option for parameter in command.params for option in parameter.opts}


def test_it_has_all_options_of_export_xlsx():
    of_workbooks = {"--large", "--paper", "--pdf"}
    assert options("export-html") == options("export-xlsx") - of_workbooks


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), "article.html"),
        (("article:6x6", *CROSS), "6x6.html"),
        (CROSS, "digit4.html"),
        (("--network", NETWORK), "digit4.html"),
    ],
)
def test_the_name_is_the_inputs_where_none_is_given(run, tmp_path, arguments, name):
    result = run("export-html", *arguments)
    assert result.exit_code == 0, result.output
    assert f"wrote {name} (" in result.stderr
    assert (tmp_path / name).exists()


def test_the_articles_cases_are_calculations_of_their_own(page):
    flows = page("export-html")["flows"]
    assert [flow["title"] for flow in flows][:2] == [
        "Case 1: One weight",
        "Case 2: Two weights, slid across",
    ]
    assert all(flow["settings"] is None for flow in flows)


def test_a_convolution_has_the_settings_that_fit_the_one_asked_for_first(page):
    flows = page("export-html", "article:6x6", *CROSS, "--stride", "2")["flows"]
    assert flows[0]["settings"] == {"padding": "valid", "stride": "2", "dilation": "1"}
    settings = [str(flow["settings"]) for flow in flows]
    assert len(set(settings)) == len(settings) > 20


def test_a_key_names_its_worksheet(run):
    run("export-html", "article:6x6", *CROSS, "--no-solution", "-o", "page.html")
    sheet = decoded.data(decoded.written(Path("page.html").read_text("utf-8")))["worksheet"]
    key = decoded.written(Path("page-key.html").read_text("utf-8"))
    assert key["title"] == f"Key to the worksheet {sheet['header']}"
    assert ["Worksheet", sheet["header"]] in key["facts"]


def test_a_worksheet_with_its_solution_marks_the_answers(page):
    record = page("export-html", "article:6x6", *CROSS, "--worksheet")
    [flow] = record["flows"]
    assert record["worksheet"]["marked"]
    assert record["worksheet"]["blanks"] == 16
    facts = dict(decoded.written(Path("page.html").read_text("utf-8"))["facts"])
    assert "out of sight, not locked away" in facts["Solution"]
    stages = decoded.stages(flow)
    [answers] = [stage for stage in stages if stage.get("marks")]
    marks = stages[answers["marks"]]
    assert [stage["kind"] for stage in stages if stage.get("hidden")] == [
        "solution",
        "marks",
    ]
    assert marks["hidden"]
    assert flow["runs"] == []


def test_without_it_neither_the_solution_nor_the_command_can_be_read_in_a_worksheet(page):
    record = page("export-html", "article:6x6", *CROSS, "--no-solution")
    document = decoded.written(Path("page.html").read_text("utf-8"))
    assert not record["worksheet"]["marked"]
    # 792 is the largest number of its solution.
    assert 792 not in decoded.numbers(document)
    assert record["templates"] == []
    assert document["command"] == ""
    assert [label for label, _ in document["facts"]] == ["Worksheet", "Solution", "Version"]
    assert document["title"] == "A convolution to be calculated by hand"


def test_a_worksheet_and_its_workbook_are_called_alike_and_ask_for_the_same(run, page):
    blank = ("article:6x6", *CROSS, "--blank", "0.5", "--seed", "3")
    record = page("export-html", *blank)
    assert record["worksheet"]["header"] in run("export-xlsx", *blank, "-o", "a.xlsx").stderr
    assert record["worksheet"]["blanks"] == 8


def test_variants_have_numbers_of_their_own_and_keys(run, tmp_path):
    assert (
        run("export-html", "article:6x6", *CROSS, "--variants", "2", "-o", "a.html").exit_code == 0
    )
    names = sorted(path.name for path in tmp_path.glob("*.html"))
    assert names == ["a-1-key.html", "a-1.html", "a-2-key.html", "a-2.html"]
    images = [
        decoded.numbers(decoded.written((tmp_path / f"a-{n}-key.html").read_text("utf-8")))[:36]
        for n in (1, 2)
    ]
    assert not np.array_equal(*images)


@pytest.mark.parametrize("arguments", [("--network", "Conv2D(64, 3)"), CROSS * 12])
def test_more_than_a_million_formulas_are_refused_before_anything_is_planned(
    fails, tmp_path, monkeypatch, arguments
):
    monkeypatch.setattr("cnncalc.tasks.page_making.make_flow", pytest.fail)
    np.save(tmp_path / "large.npy", np.zeros((300, 300)))
    said = fails("export-html", "large.npy", *arguments)
    assert said.startswith(
        "a page holds 1,000,000 formulas at most: name a smaller input, --resize"
    )
    assert "export-xlsx --large. Received: a calculation of at least" in said


def test_a_training_of_too_many_is_refused_as_well(fails):
    said = fails("export-html", *DIGITS[:2], "--training-steps", "900")
    assert "fewer steps or samples" in said


@pytest.mark.parametrize(
    ("most", "arguments"),
    [
        (20_000, (*CROSS, "--activation", "relu", "--pool", "max:2")),
        (300_000, DIGITS),
        (500_000, ("digit.npy", "--network", LENET)),
    ],
    ids=["convolution", "training-digits", "LeNet-5"],
)
def test_its_data_is_small(run, tmp_path, most, arguments):
    np.save(tmp_path / "digit.npy", np.random.default_rng(0).integers(0, 256, (28, 28)))
    assert run("export-html", *arguments, "-o", "page.html").exit_code == 0
    document = decoded.written(Path("page.html").read_text("utf-8"))
    assert sum(len(str(part)) for part in document.values()) < most


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        (("convolve", "article:6x6", *CROSS), "convolution"),
        (("pool", "article:6x6"), "pooling"),
        (("show", "article:6x6"), ""),
        (("trace", NETWORK), "softmax"),
    ],
)
def test_other_commands_write_their_calculation_as_a_page(page, command, stage):
    stages = decoded.stages(page(*command)["flows"][0])
    assert stage in [found["name"] for found in stages]


def test_explain_opens_it_at_the_number(page):
    record = page("explain", NETWORK, "--layer", "dense", "--at", "1")
    slice_number, row, column = record["selection"]
    assert (row, column) == (0, 1)
    [flow] = record["flows"]
    [stage] = {
        (stage["layer"], stage["name"])
        for stage, number, _ in decoded.blocks(flow)
        if number == slice_number
    }
    assert stage == ("dense", "softmax")


def test_explain_opens_it_at_a_gradient(page):
    gradient = ("--gradient", "--target", "1", "--layer", "conv2d", "--at", "2,1,0,1")
    record = page("explain", NETWORK, *gradient)
    slice_number, row, column = record["selection"]
    [stage] = {
        (stage["kind"], stage["layer"], stage["name"], stage["step"])
        for stage, number, _ in decoded.blocks(record["flows"][0])
        if number == slice_number
    }
    assert (row, column) == (2, 1)
    assert stage == ("gradient", "conv2d", "kernel", 1)


def test_a_step_of_a_training_opens_at_that_step(page):
    network = ("--network", 'Flatten(); Dense(10, activation="softmax")', "--batch-size", "2")
    record = page("train", "--show-step", "2", *network)
    [flow] = record["flows"]
    slice_number = record["selection"][0]
    [lane] = {stage["lane"] for stage, number, _ in decoded.blocks(flow) if number == slice_number}
    assert flow["lanes"][lane]["step"] == 2


def test_what_may_be_chosen_is_told(page):
    record = page("export-html", "--network", NETWORK, "--target", "1")
    [(_, rule, expected)] = record["flows"][0]["entries"]
    assert rule == "AND(ISNUMBER({0}),{0}>=0,{0}<=1,{0}=INT({0}))"
    assert expected == "target must be the number of a class: a whole number from 0 to 1."
