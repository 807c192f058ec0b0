import json

import numpy as np
import pytest

from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps
from tests.cli.training_data import NETWORK, save_npz

IMAGES = np.array(
    [[[1, 2, 0], [0, 3, 1], [2, 0, 1]], [[0, 1, 2], [1, 0, 3], [3, 2, 0]]], np.float64
)[..., np.newaxis]
TINY = "Conv2D(1, 2, activation='relu'); Flatten(); Dense(2, activation='softmax')"
OPTIONS = (
    "--network", TINY, "--raw", "--validation-split", "0", "--seed", "1",
    "--optimizer", "SGD(learning_rate=0.1)",
)  # fmt: skip

SHOWN = """\
Step 2 · epoch 2 of 5, batch 1 of 1 · 2 samples

→ Forward · sample 0, which is sample 1 · class 0

Input · 3×3
3 rows, 3 columns, 1 channel; lowest 0, highest 3, mean 1.1111

      0  1  2
    ┌────────
  0 │ 1  2  0
  1 │ 0  3  1
  2 │ 2  0  1

conv2d · Conv2D(1, 2, activation="relu") · 2×2
height (3 − 2 + 2×0) / 1 + 1 = 2; width (3 − 2 + 2×0) / 1 + 1 = 2

           0       1
    ┌───────────────
  0 │ 3.2917       0
  1 │ 0.7944  1.2887

flatten · Flatten() · 4
2×2×1 → 4: row after row, channels innermost

           0       1       2       3
    ┌───────────────────────────────
  0 │ 3.2917       0  0.7944  1.2887

dense · Dense(2, activation="softmax") · 2
2 units: each sums 4 inputs × its weights

  class    logit   share
  0      -0.4219  0.6942  ██████████████████████████████████▊
  1      -1.2418  0.3058  ███████████████▎

Class: 0, with a share of 0.6942

→ Forward · sample 1, which is sample 2 · class 1

Input · 3×3
3 rows, 3 columns, 1 channel; lowest 0, highest 3, mean 1.3333

      0  1  2
    ┌────────
  0 │ 0  1  2
  1 │ 1  0  3
  2 │ 3  2  0

conv2d · Conv2D(1, 2, activation="relu") · 2×2
height (3 − 2 + 2×0) / 1 + 1 = 2; width (3 − 2 + 2×0) / 1 + 1 = 2

            0        1
    ┌─────────────────
  0 │ 0.03582   3.2917
  1 │       0   0.7944

flatten · Flatten() · 4
2×2×1 → 4: row after row, channels innermost

            0        1        2        3
    ┌───────────────────────────────────
  0 │ 0.03582   3.2917        0   0.7944

dense · Dense(2, activation="softmax") · 2
2 units: each sums 4 inputs × its weights

  class   logit   share
  0      1.8591  0.8474  ██████████████████████████████████████████▍
  1      0.1449  0.1526  ███████▋

Class: 0, with a share of 0.8474

Loss · categorical_crossentropy
−ln(output of the true class)

  sample 0       0       1
  output    0.6942  0.3058
  target         1       0

  sample 1       0       1
  output    0.8474  0.1526
  target         0       1

  sample  class  taken for    loss
  0           0          0   0.365
  1           1          0  1.8798

  0.365 = −ln(0.6942)  loss of sample 0
  1.1224 = (0.365 + 1.8798) / 2  mean loss

← Backward · gradients of the mean loss

← dense · Dense(2, activation="softmax")

  Gradient by its pre-activation · 2
  softmax and cross-entropy together: (output − target) / samples

  sample 0
            0        1
    ┌─────────────────
  0 │ -0.1529   0.1529

  sample 1
            0        1
    ┌─────────────────
  0 │  0.4237  -0.4237

  0.4237 = (0.8474 − 0) / 2  dense pre-activation (0) of sample 1

  Gradient of its kernel · 4×2
  the unit's error × the input of this weight, over all samples

            0        1
    ┌─────────────────
  0 │ -0.4881   0.4881
  1 │  1.3946  -1.3946
  2 │ -0.1215   0.1215
  3 │  0.1395  -0.1395

  1.3946 ≈ (−0.1529)×0 + 0.4237×3.2917  dense kernel (1, 0)

  Gradient of its bias · 2
  the error of what it is added to, over all samples

            0        1
    ┌─────────────────
  0 │  0.2708  -0.2708

  0.2708 = (−0.1529) + 0.4237  dense bias (0)

  Gradient by its input · 4
  each unit's error × the weight that the input has there

  sample 0
             0         1         2         3
    ┌───────────────────────────────────────
  0 │  0.02024  -0.06958   -0.1643  -0.05607

  sample 1
             0         1         2         3
    ┌───────────────────────────────────────
  0 │ -0.05608    0.1928    0.4552    0.1554

  0.4552 = 0.4237×0.1143 + (−0.4237)×(−0.96)  dense input (2) of sample 1

← flatten · Flatten()

  Gradient by its input · 2×2
  the gradient by the layer's output, handed on as it is

← conv2d · Conv2D(1, 2, activation="relu")

  Gradient by its pre-activation · 2×2
  the gradient by the layer's output × the slope of relu there

  sample 0
             0         1
    ┌───────────────────
  0 │  0.02024         0
  1 │  -0.1643  -0.05607

  sample 1
             0         1
    ┌───────────────────
  0 │ -0.05608    0.1928
  1 │        0    0.1554

  0.1928 = 0.1928×1  conv2d pre-activation (0, 1, 0) of sample 1

  Gradient of its kernel · 2×2×1×1
  each error of the filter's output × the input under this weight there, over all positions and
  samples

    0.04486    0.2873
   -0.07386    0.5831

  0.5831 = 0.02024×3 + 0×1 + (−0.1643)×0 + (−0.05607)×1 + (−0.05608)×0 + 0.1928×3 + 0×2 + 0.1554×0
    conv2d kernel (1, 1, 0, 0)

  Gradient of its bias · 1
  the error of what it is added to, over all positions and samples

            0
    ┌────────
  0 │ 0.09202

  0.09202 ≈ 0.02024 + 0 + (−0.1643) + (−0.05607) + (−0.05608) + 0.1928 + 0 + 0.1554  conv2d bias (0)

Update · SGD(learning_rate=0.1)
weight = weight − rate × gradient

  conv2d kernel · 2×2×1×1

  at               before  gradient     after
  (0, 0, 0, 0)  -0.005809   0.04486  -0.01029
  (0, 1, 0, 0)     0.6888    0.2873    0.6601
  (1, 0, 0, 0)     -0.619  -0.07386   -0.6117
  (1, 1, 0, 0)     0.6513    0.5831     0.593

  at (1, 1, 0, 0)
    weight 0.593 = 0.6513 − 0.1×0.5831

  conv2d bias · 1

  at     before  gradient     after
  (0)  -0.03394   0.09202  -0.04314

  at (0)
    weight −0.04314 = (−0.03394) − 0.1×0.09202

  dense kernel · 4×2

  at        before  gradient    after
  (0, 0)    -0.331   -0.4881  -0.2822
  (0, 1)   -0.1987    0.4881  -0.2475
  (1, 0)    0.4644    1.3946    0.325
  (1, 1)  0.009357   -1.3946   0.1488
  (2, 0)    0.1143   -0.1215   0.1264
  (2, 1)     -0.96    0.1215  -0.9721
  (3, 0)     0.475    0.1395    0.461
  (3, 1)    0.1083   -0.1395   0.1223

  at (1, 0)
    weight 0.325 ≈ 0.4644 − 0.1×1.3946

  dense bias · 2

  at     before  gradient     after
  (0)  -0.03518    0.2708  -0.06226
  (1)   0.03518   -0.2708   0.06226

  at (0)
    weight −0.06226 = (−0.03518) − 0.1×0.2708
"""


@pytest.fixture
def two(tmp_path):
    """Two images of 3×3, of two classes."""
    np.savez(tmp_path / "two.npz", x_train=IMAGES, y_train=np.array([0, 1]))
    return tmp_path / "two.npz"


def test_a_step_is_shown_with_all_its_numbers(run, two, tmp_path):
    result = run("train", two, *OPTIONS, "--show-step", "2")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == SHOWN
    assert result.stderr.splitlines() == [
        "2 images of 3×3×1 to train on, 0 to validate with; 2 classes: 0, 1",
        'network: Conv2D(1, 2, activation="relu"); Flatten(); Dense(2, activation="softmax")',
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["two.npz"]


def test_json_has_every_number_of_the_step(run, two):
    result = run("train", two, *OPTIONS, "--show-step", "1", "--format", "json")
    shown = json.loads(result.stdout)
    network = initialize(parse(TINY).layers, (3, 3, 1), 1)
    names = [sample["name"] for sample in shown["samples"]]
    order = [int(name.removeprefix("sample ")) - 1 for name in names]
    batch = (IMAGES[order], np.array(order))
    loss = LOSSES["categorical_crossentropy"]
    record = next(record_steps(network, loss, SGD(learning_rate=0.1), [batch]))
    assert shown["loss"] == pytest.approx(record.loss, rel=1e-12)
    for own, sample in zip(shown["samples"], range(2), strict=True):
        assert own["class"] == own["target"].index(1.0) == record.labels[sample]
        assert own["output"] == pytest.approx(record.outputs[sample].tolist(), rel=1e-12)
        stages = {stage["name"]: stage["values"] for stage in own["stages"]}
        assert stages["input"] == IMAGES[order[sample]].tolist()
    for own, step in zip(shown["layers"], record.layers, strict=True):
        assert own["name"] == step.layer.name
        for name in ("output", "pre-activation", "input"):
            expected = getattr(step, name.replace("-", "_"))
            assert (own[name] is None) == (expected is None)
            if expected is not None:
                np.testing.assert_allclose(own[name], expected, rtol=1e-12, atol=1e-15)
    for own, update in zip(shown["weights"], record.updates, strict=True):
        assert (own["layer"], own["name"]) == (update.layer, update.weight)
        np.testing.assert_allclose(own["gradient"], update.gradient, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(own["after"], update.after, rtol=1e-12)


def test_json_tells_the_optimizer_its_state_and_what_clipping_left(run, two):
    optimizer = ("--optimizer", "Adam(clipvalue=0.01)")
    result = run("train", two, *OPTIONS, *optimizer, "--show-step", "2", "--format", "json")
    kernel = json.loads(result.stdout)["weights"][0]
    assert list(kernel) == [
        "layer", "name", "before", "gradient", "clipped gradient", "momentum", "new momentum",
        "velocity", "new velocity", "after",
    ]  # fmt: skip
    assert np.abs(kernel["clipped gradient"]).max() <= 0.01
    assert json.loads(result.stdout)["corrected_rate"] == pytest.approx(0.000235317, rel=1e-5)


def test_the_built_in_digits_are_shown_without_options(run):
    result = run("train", "--show-step", "1", "--batch-size", "2")
    lines = result.stdout.splitlines()
    assert lines[0] == "Step 1 · epoch 1 of 20, batch 1 of 503 · 2 samples"
    # Of a network of this size one sample is shown in full.
    assert sum(line.startswith("→ Forward") for line in lines) == 1
    assert max(map(len, lines)) <= 100
    for part in ("← dense", "← dropout", "← conv2d_1", "← conv2d", "Update · Adam"):
        assert any(line.startswith(part) for line in lines), part


def test_full_shows_every_sample_and_every_number(run, two):
    some = run("train", two, *OPTIONS, "--show-step", "1").stdout
    assert run("train", two, *OPTIONS, "--show-step", "1", "--full").stdout == some
    data = save_npz(two.parent / "data.npz", test=False)
    options = ("--network", NETWORK, "--batch-size", "3", "--show-step", "1")
    assert run("train", data, *options).stdout.count("→ Forward") == 2
    assert run("train", data, *options, "--full").stdout.count("→ Forward") == 3


def test_a_batch_too_large_for_memory_is_recorded_for_the_samples_shown(run, two, monkeypatch):
    monkeypatch.setattr("cnncalc.tasks.training.MOST_RECORDED", 0)
    data = save_npz(two.parent / "data.npz", test=False)
    result = run("train", data, "--network", NETWORK, "--batch-size", "4", "--show-step", "1")
    assert result.exit_code == 0, result.stderr
    assert " from the samples not shown" in result.stdout


def test_a_network_with_batch_normalization_and_dropout_is_shown_as_in_training(run, two):
    network = (
        "Conv2D(2, 2); BatchNormalization(); Activation('relu'); Dropout(0.5); Flatten(); "
        "Dense(1, activation='sigmoid')"
    )
    result = run(
        "train", two, "--network", network, "--loss", "binary_crossentropy", "--show-step", "3",
        "--validation-split", "0", "--weight-decay", "0.01",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "as each channel is in this batch" in result.stdout
    assert "of 8 numbers become 0, the others are divided by 0.5" in result.stdout
    assert "decayed weight" in result.stdout
    assert "Gradient of its gamma · 2" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--show-step", "0"),
            "the step must be 1 to 5, as 5 epochs of 1 batches have. Received: 0",
        ),
        (
            ("--show-step", "6"),
            "the step must be 1 to 5, as 5 epochs of 1 batches have. Received: 6",
        ),
        (
            ("--show-step", "1", "--history", "h.csv"),
            "--show-step shows one step, worked out by cnncalc itself, and saves nothing. "
            "Received: --history",
        ),
        (
            ("--show-step", "1", "--early-stopping", "2"),
            "--show-step shows a step of all epochs, and validates after none. Received: "
            "--early-stopping",
        ),
        (
            ("--show-step", "1", "--engine", "keras"),
            "--show-step shows one step, worked out by cnncalc itself, and saves nothing. "
            "Received: --engine",
        ),
        (
            ("--show-step", "1", "-o", "model.keras"),
            "the output file 'model.keras' must end in one of .html",
        ),
        (
            ("--format", "json"),
            "--format, --decimals, --full and --colors need --show-step N. Received: none",
        ),
        (
            ("--show-step", "1", "--colors", "virdis"),
            "colors must be one of ",
        ),
    ],
)
def test_what_can_not_be_shown_is_said_in_one_line(fails, two, options, message):
    assert fails("train", two, *OPTIONS, *options).startswith(message)


def test_a_file_of_json_holds_what_is_printed_as_json(run, two, tmp_path):
    step = ("train", two, *OPTIONS, "--show-step", "2")
    written = run(*step, "-o", "step.json")
    assert "wrote step.json (every number)" in written.stderr
    assert "Step 2" in written.stdout
    printed = json.loads(run(*step, "--format", "json").stdout)
    held = json.loads((tmp_path / "step.json").read_text("utf-8"))
    del printed["provenance"], held["provenance"]  # each names its own command
    assert held == printed


def test_a_training_that_diverges_before_the_step_says_so(fails, two):
    options = ("--optimizer", "SGD(learning_rate=1e300)", "--loss", "mean_squared_error")
    network = ("--network", "Conv2D(1, 2); Flatten(); Dense(2)")
    message = fails("train", two, *OPTIONS, *options, *network, "--show-step", "4")
    assert "the weights have grown past all bounds" in message


def test_frozen_layers_have_no_gradient_and_no_update_and_that_is_said(run, tmp_path):
    save_npz(tmp_path / "data.npz")
    network = (
        "Conv2D(2, 3); BatchNormalization(trainable=False); Flatten(); "
        "Dense(4, activation='tanh', trainable=False); Dense(3, activation='softmax')"
    )
    step = ("train", "data.npz", "--network", network, "--raw", "--show-step", "1")
    shown = run(*step).stdout
    words = "Frozen: its weights stay as they are, without a gradient; the error goes on"
    assert shown.count(words) == 2
    assert "Frozen, so that their weights stay as they are: batch_normalization, dense." in shown
    told = json.loads(run(*step, "--format", "json").stdout)
    assert [(each["layer"], each["name"]) for each in told["weights"]] == [
        *(("conv2d", name) for name in ("kernel", "bias")),
        *(("dense_1", name) for name in ("kernel", "bias")),
    ]


def test_a_network_with_nothing_to_learn_has_no_step(fails, tmp_path):
    save_npz(tmp_path / "data.npz")
    network = "Flatten(); Dense(3, activation='softmax', trainable=False)"
    line = fails("train", "data.npz", "--network", network, "--show-step", "1")
    assert line == (
        "a network must have trainable weights to be trained. Received: trainable=False in dense"
    )
