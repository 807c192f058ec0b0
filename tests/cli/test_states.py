"""The state that a page saved is INPUT and options of every command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.views.page import decoded

NETWORK = 'Conv2D(2, 3); Flatten(); Dense(2, activation="softmax")'
CONVOLUTION = ("--kernel", "edge", "--bias", "3", "--activation", "relu", "--padding", "1")
POOLING = ("--size", "3", "--mode", "average")
STEP = ("--network", NETWORK.replace("(2, a", "(10, a"), "--batch-size", "2")


@pytest.fixture
def save(run):
    """A function that runs a command with a page, and saves its state as state.json."""

    def saved(*command, **changes):
        result = run(*command, "-o", "page.html", "--force")
        assert result.exit_code == 0, result.output
        state = decoded.state(decoded.written(Path("page.html").read_text("utf-8")))
        Path("state.json").write_text(json.dumps(state | changes))
        return state

    return saved


def lines(layers, shape="17×4×1", layout="steps"):
    """What a state says of its calculation."""
    return [["Calculation", ""], ["Layout", layout], ["Input shape", shape], ["Layers", layers]]


def training_lines(batches):
    loss = ["Loss", "categorical_crossentropy"]
    return [loss, ["Optimizer", "SGD()"], ["Samples of each step", batches]]


def printed(run, *command):
    result = run(*command)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_convolution_is_the_same_again(run, save):
    save("convolve", "article:6x6", *CONVOLUTION)
    again = printed(run, "convolve", "state.json", "--format", "csv")
    assert again == printed(run, "convolve", "article:6x6", *CONVOLUTION, "--format", "csv")


def test_what_was_typed_counts(run, save):
    state = save("convolve", "article:6x6", "--kernel", "identity")
    state["inputs"][0][1][1] = -7
    Path("state.json").write_text(json.dumps(state))
    assert printed(run, "convolve", "state.json", "--format", "csv").startswith("-7,")
    assert " -7 " in printed(run, "show", "state.json")


def test_beside_a_kernel_only_its_image_is_taken(run, save):
    save("convolve", "article:6x6", *CONVOLUTION)
    assert printed(run, "convolve", "state.json", "--kernel", "blur") == printed(
        run, "convolve", "article:6x6", "--kernel", "blur"
    )


@pytest.mark.parametrize("command", ["convolve", "export-xlsx", "export-html", "animate"])
def test_other_options_beside_it_are_refused_be_they_the_defaults(fails, save, command):
    save("convolve", "article:6x6", *CONVOLUTION)
    output = ("-o", "film.gif") if command == "animate" else ()
    for option in ("--stride=2", "--stride=1", "--padding=valid", "--dilation=1"):
        said = fails(command, "state.json", option, *output)
        assert "brings its own options, unless --kernel" in said, option


def test_a_pooling_is_the_same_again_and_takes_other_options(run, save):
    save("pool", "article:6x6", *POOLING)
    assert printed(run, "pool", "state.json") == printed(run, "pool", "article:6x6", *POOLING)
    assert printed(run, "pool", "state.json", "--size", "2") == printed(
        run, "pool", "article:6x6", "--size", "2"
    )


def test_the_image_of_a_convolution_can_be_pooled(run, save):
    save("convolve", "article:6x6", *CONVOLUTION)
    assert printed(run, "pool", "state.json") == printed(run, "pool", "article:6x6")


def test_a_network_is_the_same_again_and_names_no_class_of_drawn_weights(run, save):
    save("trace", NETWORK, "--class-names", "cat,dog")
    traced = printed(run, "trace", "state.json")
    assert traced.replace("state.json", "article:digit4") == printed(
        run, "trace", NETWORK, "--class-names", "cat,dog"
    )
    assert "untrained (seed 0)" in traced


def test_a_network_with_a_weight_typed_over_names_its_class(run, save):
    state = save("trace", NETWORK, "--class-names", "cat,dog")
    state["inputs"][1][0][0] += 1
    Path("state.json").write_text(json.dumps(state))
    assert "untrained" not in printed(run, "trace", "state.json")


def test_another_image_beside_a_network_wins(run, save):
    save("trace", NETWORK)
    again = printed(run, "trace", "state.json", "article:digit4-first")
    first = printed(run, "trace", NETWORK, "article:digit4-first")
    assert again == first


def test_one_number_of_it_is_explained(run, save):
    save("trace", NETWORK)
    question = ("--layer", "conv2d", "--at", "1,1,0")
    again = printed(run, "explain", "state.json", *question)
    assert again == printed(run, "explain", NETWORK, *question)


@pytest.mark.parametrize(
    "command",
    [
        ("convolve", "article:6x6", *CONVOLUTION),
        ("trace", NETWORK, "--class-names", "cat,dog"),
        ("train", "--show-step", "2", *STEP),
    ],
    ids=["convolution", "network", "training"],
)
def test_it_is_exported_as_a_workbook_and_as_a_page(run, save, command):
    state = save(*command)
    assert run("export-xlsx", "state.json").exit_code == 0
    assert run("verify", "state.xlsx", "--engine", "formualizer").exit_code == 0
    assert run("export-html", "state.json").exit_code == 0
    again = decoded.state(decoded.written(Path("state.html").read_text("utf-8")))
    first, second = (
        np.concatenate([np.ravel(rows).astype(str) for rows in found["inputs"]])
        for found in (state, again)
    )
    assert first.tolist() == second.tolist()


def test_a_step_of_a_training_is_the_same_again(run, save):
    save("train", "--show-step", "2", *STEP)
    again = json.loads(printed(run, "train", "state.json", "--show-step", "2", "--format", "json"))
    first = json.loads(printed(run, "train", "--show-step", "2", *STEP, "--format", "json"))
    np.testing.assert_allclose(again["loss"], first["loss"], rtol=1e-6)


@pytest.mark.film
@pytest.mark.parametrize(
    "command", [("trace", NETWORK, "article:6x6"), ("train", "--show-step", "1", *STEP)]
)
def test_a_network_and_a_training_play_as_they_are(run, save, command):
    save(*command)
    result = run("animate", "state.json", "--width", "320", "-o", "film.gif")
    assert result.exit_code == 0, result.output
    assert "wrote film.gif (" in result.stderr


def test_a_training_brings_its_own_options(fails, save):
    save("train", "--show-step", "1", *STEP)
    said = fails("train", "state.json", "--show-step", "1", "--learning-rate", "0.5", "--seed", "3")
    assert said.endswith("Received: --learning-rate, --seed beside it")
    said = fails("train", "state.json", "--show-step", "1", "--seed", "0")
    assert said.endswith("Received: --seed beside it")
    assert "Received: seed" in fails("export-xlsx", "state.json", "--seed", "3")
    assert "the step must be 1 to 1" in fails("train", "state.json", "--show-step", "2")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("convolve", "state.json"), "must be the state of one calculation"),
        (("train", "state.json", "--show-step", "1"), "must be the state of a training"),
        (("convolve", "none.json"), "there is no file 'none.json'"),
        (("convolve",), "a calculation needs --kernel, or the state of a page as INPUT"),
        (("show", "state.json", "--sheet", "A"), "--sheet needs an .xlsx workbook"),
    ],
)
def test_what_it_is_not_is_said(fails, save, command, said):
    save("trace", NETWORK)
    assert said in fails(*command)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inputs": [[[1.0]]]}, "must hold 77 pixels and weights. Received: 1"),
        ({"inputs": [[[1.0] * 77]]}, "must hold a block of 17×4 numbers. Received: 1×77 numbers"),
        ({"calculation": [["Layout", "steps"]]}, "no line Calculation"),
        ({"calculation": lines("ReLU()") * 2}, "must be of one calculation. Received: 2"),
        (
            {"calculation": lines("ReLU(); " * 1001)},
            "must have at most 1,000 layers. Received: 1,001",
        ),
        (
            {"calculation": lines("ReLU()", "1×1×1"), "inputs": [[["cat"]]]},
            "must hold a block of 1×1 numbers. Received: 1×1 names",
        ),
        (
            {"calculation": [*lines("ReLU()", layout="training"), *training_lines("9" * 5000)]},
            "the samples of each step must be written by their numbers",
        ),
        (
            {"calculation": lines("__import__('os')")},
            "layers on the state 'state.json' must be as cnncalc wrote them",
        ),
        (
            {"calculation": lines("MaxPooling2D(1)", "9999999×9999999×1")},
            "an input with its padding must have at most",
        ),
    ],
)
def test_a_state_that_does_not_fit_is_refused(fails, save, changes, said):
    save("convolve", "--kernel", "edge", **changes)
    assert said in fails("convolve", "state.json")


@pytest.fixture
def model(run):
    """A model of images of 6×6."""
    np.savez("six.npz", x_train=np.arange(144.0).reshape(4, 6, 6, 1), y_train=[0, 1, 0, 1])
    network = ("--network", 'Flatten(); Dense(2, activation="softmax")')
    result = run("train", "six.npz", *network, "--epochs", "1", "-o", "model.keras")
    assert result.exit_code == 0, result.output
    return "model.keras"


def test_a_model_takes_its_image_with_what_was_typed(run, save, model):
    state = save("convolve", "article:6x6", *CONVOLUTION)
    state["inputs"][0][0][0] = 99
    Path("state.json").write_text(json.dumps(state))
    Path("image.csv").write_text("\n".join(",".join(map(str, row)) for row in state["inputs"][0]))
    as_state, as_grid = (
        json.loads(printed(run, "predict", model, image, "--format", "json"))
        for image in ("state.json", "image.csv")
    )
    assert as_state[0]["probability"] == as_grid[0]["probability"]
    assert "state.json" in printed(run, "predict", model, "state.json")


@pytest.mark.parametrize(
    ("command", "of", "takers"),
    [
        (("convolve", "article:6x6", *CONVOLUTION), "a calculation", "show, convolve, pool"),
        (("trace", NETWORK), "a network", "trace, explain, summary, show"),
        (("train", "--show-step", "1", *STEP), "a training", "train --show-step N, summary"),
    ],
    ids=["calculation", "network", "training"],
)
def test_what_needs_data_or_a_model_says_which_commands_take_it(
    fails, save, model, command, of, takers
):
    save(*command)
    others = f"{takers}, export-xlsx, export-html and animate take it, and predict its image"
    for refused, what in (
        (("train", "state.json"), "no data set"),
        (("evaluate", model, "state.json"), "no data set"),
        (("evaluate", "state.json"), "no .keras file"),
        (("predict", "state.json", "state.json"), "no .keras file"),
    ):
        said = f"'state.json' is the state of a page of {of}, and {what}: {others}"
        assert fails(*refused) == said


def test_other_json_is_no_data_set(fails):
    Path("other.json").write_text('{"a": 1}')
    assert "is no data set to train on" in fails("train", "other.json")


@pytest.mark.parametrize("seed", ["0", "3"])
def test_a_seed_beside_it_is_refused_be_it_the_default(fails, save, seed):
    save("train", "--show-step", "1", *STEP)
    for command in (("export-xlsx",), ("export-html",), ("animate", "-o", "film.gif")):
        assert fails(*command, "state.json", "--seed", seed).endswith("Received: seed")
    save("trace", NETWORK)
    said = f"Received: --seed {seed} beside the weights of 'state.json'"
    for command in (("trace",), ("explain", "--layer", "dense", "--at", "0"), ("export-xlsx",)):
        assert fails(*command, "state.json", "--seed", seed).endswith(said)
