import json

import pytest

from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.layers.names import named
from cnncalc.network import initialize, product_speed
from cnncalc.notation import parse
from tests.keras_peer import keras_model
from tests.peers import requires

TABLE = """\
Model: "the article's network"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ conv2d (Conv2D)                      │ (None, 296, 296, 10)        │             760 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ max_pooling2d (MaxPooling2D)         │ (None, 148, 148, 10)        │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ flatten (Flatten)                    │ (None, 219040)              │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense (Dense)                        │ (None, 2)                   │         438,082 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 438,842 (1.67 MB)
 Trainable params: 438,842 (1.67 MB)
 Non-trainable params: 0 (0.00 B)
The article disagrees with itself here: its code has Dense(2), (219,040 + 1) × 2 = 438,082
parameters and 438,842 in all; the summary it prints has Dense(1), 219,041 and 219,801 in all.
"""

COSTS = """\
What each layer does and costs, for one sample of 300×300×3

                                              Receptive
Layer          Window  Stride  Multiply-adds      field     Output  Weights
───────────────────────────────────────────────────────────────────────────
conv2d         5×5×3   1          65,712,000        5×5    3.34 MB  2.97 KB
max_pooling2d  2×2     2                            6×6  855.62 KB
flatten                                             6×6  855.62 KB
dense                                438,080    300×300     8.00 B  1.67 MB

Total                             66,150,080               5.01 MB  1.67 MB
"""

FORMULAS = """\
Parameters, written out
  conv2d  (5×5×3 + 1) × 10 = 760
  dense   (219,040 + 1) × 2 = 438,082
"""

VERSUS = """\
Versus a fully connected network on the same 300×300×3 image

Parameters     this network  fully connected
────────────────────────────────────────────
conv2d                  760  236,564,076,160
dense               438,082        1,752,322

Total params        438,842  236,565,828,482
Weights             1.67 MB        881.28 GB
Multiply-adds    66,150,080  236,564,952,320
"""


PLAN = """\
How training works the layers out

Layer                   Algorithm      Why
────────────────────────────────────────────────────────────────────────────────────────────────────
conv2d + max_pooling2d  patches        what its pooling compares are whole lines of sums; not
                                       turned, since 3.42 times as much would be copied, more than 3
flatten + dense         plain product  a matrix product already; reordering its weights spares
                                       reordering every image

patches: strip by strip, small products of the patches below rows of windows; back, what each patch
gives is added up.
plain product: one matrix product of the numbers as they lie.

Layers joined by + are worked out together. Every algorithm gives the same numbers, but for the last
bits.

Its matrix products

Layer                   Product                  Shapes                In parts of      Speed
─────────────────────────────────────────────────────────────────────────────────────────────
conv2d + max_pooling2d  forward                  10×75 · 75×2368       10×75 · 75×1184    50%
conv2d + max_pooling2d  gradient by the weights  10×2368 · 2368×75     10×592 · 592×75    50%
flatten + dense         forward                  2×219040 · 219040×16  as a whole         50%
flatten + dense         gradient by the weights  219040×16 · 16×2      as a whole         50%
flatten + dense         gradient by the input    219040×2 · 2×16       as a whole         50%

Each product is that of a row of outputs of one piece of a batch of 128 images, of a Dense layer of
the whole piece. In small parts it is multiplied as it lies. The last column is its speed beside
that of a large product, one thread each, measured on this machine a moment ago, a few rows at once
and nothing else. It varies from one moment to the next.
"""

NARROW_PLAN = """\
conv2d +
max_pooling2d:
patches
what its pooling
compares are whole
lines of sums; not
turned, since 3.42
times as much would
be copied, more than
3

flatten + dense:
plain product
a matrix product
already; reordering
its weights spares
reordering every
image
"""


def stripped(text):
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def test_the_articles_network(run):
    result = run("summary", "article")
    assert result.exit_code == 0
    assert result.stderr == ""
    text = stripped(result.stdout)
    assert text.startswith(TABLE)
    assert COSTS in text
    assert FORMULAS in text
    assert "Versus" not in text


def test_the_articles_network_beside_a_fully_connected_one(run):
    text = stripped(run("summary", "article", "--versus-mlp").stdout)
    assert VERSUS in text
    assert "could have 1 unit in a" in " ".join(text.split())


@pytest.fixture(autouse=True)
def _half_of_the_best(monkeypatch):
    """Let each product have half the speed of a large one, without measuring."""
    monkeypatch.setattr(product_speed, "best_speed", lambda: 2.0)
    monkeypatch.setattr(product_speed, "product_speed", lambda product: 1.0)


def test_the_algorithms_of_training_are_told(run):
    text = stripped(run("summary", "article", "--plan").stdout)
    assert text.startswith(TABLE)
    assert text.rstrip("\n") + "\n" == text[: text.index("How training")] + PLAN
    assert "How training" not in run("summary", "article").stdout


def test_a_narrow_screen_has_the_reasons_of_algorithms_below_their_layers(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    text = stripped(run("summary", "article", "--plan").stdout)
    assert text[text.index("conv2d +") :].startswith(NARROW_PLAN)


def test_the_layers_that_need_the_whole_batch_are_told_once(run):
    listing = "Conv2D(4, 3); BatchNormalization(); Flatten(); Dense(2)"
    text = run("summary", listing, "--input-shape", "12,12,1", "--plan").stdout
    told = " ".join(text.split())
    assert told.count("batch_normalization needs mean and variance of the whole batch") == 1
    # (10×10×4 + 10×10×4 + 400 + 2) × 128 × 4 bytes
    assert "Of 128 images the layers' outputs alone take 601.00 KB" in told
    twice = listing + "; BatchNormalization()"
    text = run("summary", twice, "--input-shape", "12,12,1", "--plan").stdout
    assert "batch_normalization and 1 more need mean and variance" in text
    json_options = ("--input-shape", "12,12,1", "--plan", "--format", "json")
    said = json.loads(run("summary", twice, *json_options).stdout)
    assert said["whole_batch"] == ["batch_normalization", "batch_normalization_1"]


def test_a_summary_and_its_algorithms_as_json(run):
    said = json.loads(run("summary", "article", "--plan", "--format", "json").stdout)
    assert said["input_shape"] == [300, 300, 3]
    assert said["layers"][0] == {
        "name": "conv2d",
        "type": "Conv2D",
        "output_shape": [296, 296, 10],
        "parameters": 760,
        "trainable": 760,
        "multiply_adds": 65_712_000,
        "receptive_field": [5, 5],
    }
    assert (said["parameters"], said["trainable"]) == (438_842, 438_842)
    assert said["multiply_adds"] == 66_150_080
    assert [(each["layers"], each["algorithm"]) for each in said["plan"]] == [
        (["conv2d", "max_pooling2d"], "patches"),
        (["flatten", "dense"], "plain product"),
    ]
    assert all(each["reason"] for each in said["plan"])
    assert list(said["algorithms"]) == ["patches", "plain product"]
    assert said["whole_batch"] == []
    assert len(said["products"]) == 5
    assert said["products"][0] == {
        "layers": ["conv2d", "max_pooling2d"],
        "purpose": "forward",
        "shape": [10, 75, 2368],
        "parts": [10, 75, 1184],
        "share_of_best_speed": 0.5,
    }
    assert said["products"][-1]["parts"] is None
    without = json.loads(run("summary", "article", "--format", "json").stdout)
    assert without.keys() == said.keys() - {"plan", "algorithms", "products", "whole_batch"}


def test_the_comparison_has_no_json(run):
    result = run("summary", "article", "--versus-mlp", "--format", "json")
    assert result.exit_code == 2
    expected = "Error: --versus-mlp is shown as a table. Received: --format json as well\n"
    assert result.stderr == expected


def test_the_network_with_one_unit_of_the_articles_printed_summary(run):
    listing = 'Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten(); Dense(1)'
    text = run("summary", listing, "--input-shape", "300,300,3").stdout
    assert "219,041" in text
    assert " Total params: 219,801 (858.60 KB)\n" in text
    assert "The article disagrees with itself" in text


@pytest.mark.parametrize(
    ("listing", "shape"),
    [
        ("Conv2D(10, 5); MaxPooling2D(2); Flatten(); Dense(2)", "299,300,3"),
        ("Conv2D(10, 5); MaxPooling2D(2); Flatten(); Dense(3)", "300,300,3"),
    ],
)
def test_other_networks_are_not_the_articles(run, listing, shape):
    assert "article" not in run("summary", listing, "--input-shape", shape).output


def test_strides_dilation_and_channels_are_told(run):
    listing = "DepthwiseConv2D((3, 2), dilation_rate=2); MaxPooling2D(2, strides=(2, 1))"
    rows = [
        line.split()
        for line in run("summary", listing, "--input-shape", "9,9,3").stdout.splitlines()
    ]
    assert ["depthwise_conv2d", "3×2", "dilated", "2", "1"] in [row[:5] for row in rows]
    assert ["max_pooling2d", "2×2", "2×1"] in [row[:3] for row in rows]


def test_statistics_of_a_normalization_are_non_trainable(run):
    text = run("summary", "BatchNormalization()", "--input-shape", "4,4,10").stdout
    assert " Trainable params: 20 (80.00 B)\n Non-trainable params: 20 (80.00 B)\n" in text


def test_a_file_of_layers_with_its_own_input_shape(run, tmp_path):
    (tmp_path / "net.py").write_text(
        "import keras\nmodel = keras.Sequential()\nmodel.add(keras.Input((8, 8, 1)))\n"
        "model.add(keras.layers.Conv2D(2, 3))\nmodel.summary()\n"
    )
    result = run("summary", "net.py")
    assert 'Model: "net.py"' in result.stdout
    assert "(None, 6, 6, 2)" in result.stdout
    assert result.stderr == "left out, since they hold no layer: model.summary (line 5)\n"


def test_a_given_input_shape_counts_more_than_the_listings(run):
    result = run("summary", "Input((8, 8, 1)); Conv2D(2, 3)", "--input-shape", "9,9,1")
    assert "(None, 7, 7, 2)" in result.stdout


def test_a_keras_file(run, tmp_path):
    network = initialize([Conv2D(2, 3), Flatten(), Dense(2)], (8, 8, 1))
    with (tmp_path / "model.keras").open("wb") as file:
        write_keras(file, KerasModel(network, "pets"))
    text = run("summary", "model.keras").stdout
    assert 'Model: "pets"' in text
    assert " Total params: 166 (664.00 B)\n" in text


def test_a_dense_layer_on_a_volume_is_noted(run):
    result = run("summary", "Dense(2)", "--input-shape", "4,4,3")
    assert result.exit_code == 0
    assert "as in Keras, it works on the 3 channels" in result.stderr


def test_strides_together_with_dilation_are_noted(run):
    network = "Conv2D(1, 2, strides=2, dilation_rate=2)"
    for result in (
        run("summary", network, "--input-shape", "6,6,1"),
        run("trace", network, "article:6x6"),
    ):
        assert result.exit_code == 0
        assert "layer conv2d: Keras has no convolution with both strides and" in result.stderr


def test_a_network_too_large_for_any_memory_has_a_summary(run):
    result = run("summary", "Flatten(); Dense(1000000)", "--input-shape", "1000,1000,3")
    assert "(3,000,000 + 1) × 1,000,000 = 3,000,001,000,000" in result.stdout


def test_a_narrow_screen_breaks_names_and_no_numbers(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "75")
    listing = "DepthwiseConv2D(3); AveragePooling2D(2); Flatten(); Dense(1)"
    costs = run("summary", listing, "--input-shape", "80,80,9").stdout.split("What each layer")[1]
    assert "…" not in costs
    assert "213.89 KB" in costs


def test_frozen_layers_count_as_non_trainable(run):
    listing = "Rescaling(1/255); Conv2D(3, 3, trainable=False); Flatten(); Dense(3)"
    shown = run("summary", listing, "--input-shape", "12,12,3").stdout
    assert " Trainable params: 903 (3.53 KB)\n Non-trainable params: 84 (336.00 B)\n" in shown
    assert "  conv2d  (3×3×3 + 1) × 3 = 84, frozen\n  dense   (300 + 1) × 3 = 903\n" in shown
    told = json.loads(
        run("summary", listing, "--input-shape", "12,12,3", "--format", "json").stdout
    )
    assert (told["parameters"], told["trainable"]) == (987, 903)
    assert [layer["trainable"] for layer in told["layers"]] == [0, 0, 0, 903]


def test_the_plan_of_a_frozen_normalization_needs_no_whole_batch(run):
    listing = "Conv2D(3, 3); BatchNormalization(trainable=False); Flatten(); Dense(3)"
    shown = run("summary", listing, "--input-shape", "12,12,3", "--plan").stdout
    assert "the whole batch" not in shown
    assert "it is frozen: its moving mean and variance" in " ".join(shown.split())


@pytest.mark.peer
@requires("keras")
def test_the_table_is_the_one_that_keras_prints(run):
    listing = (
        "Input((28, 28, 1)); Conv2D(6, 5); AveragePooling2D(); BatchNormalization(); "
        "GlobalAveragePooling2D(); Dense(10, trainable=False)"
    )
    model = keras_model(named(parse(listing).layers), (28, 28, 1))
    pieces = []
    model.summary(print_fn=pieces.append, line_length=88)
    expected = "".join(pieces).splitlines()[1:]  # the first line has the model's name
    ours = run("summary", listing).stdout.splitlines()[1:]
    assert [line.rstrip() for line in ours[: len(expected)]] == [line.rstrip() for line in expected]


def test_a_layers_name_is_broken_behind_an_underscore_not_inside_a_word(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    layers = 'Conv2D(32, 3); BatchNormalization(name="a_normalization_of_the_whole_batch")'
    lines = run("summary", layers, "--input-shape", "224,224,3").stdout.splitlines()
    beginnings = [line.split("  ")[0] for line in lines]
    first = beginnings.index("a_normalization_")
    assert beginnings[first + 1] == "of_the_whole_batch"
    assert "│ a_normalization_of_the_whole_   │ (None, 222, 222, 32)" in "\n".join(lines)
