import json
import re

import openpyxl
import pytest

NETWORK = (
    "Rescaling(1/255); Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten(); "
    "Dense(2, activation='softmax')"
)

ONE = (NETWORK, "article:6x6", "--target", "1", "--seed", "2")

KERNEL = """\
Gradient of the loss by conv2d kernel (0, 1, 0, 1) = −0.03384
each error of the filter's output × the input under this weight there, over all positions

  input
            0        1        2        3        4        5
    ┌─────────────────────────────────────────────────────
  0 │ 0.07059  [0.2118]    [0.2] [0.9373] [0.9569]  0.7373
  1 │  0.2157  [0.4745] [0.2941] [0.3059] [0.3725]  0.3451
  2 │  0.1373 [0.09412]    [0.8] [0.4431] [0.4275]  0.8667
  3 │ 0.01176  [0.6039] [0.4078] [0.9216][0.09804]  0.5098
  4 │ 0.05882   0.9922   0.8824   0.6235   0.3059   0.9137
  5 │  0.2667   0.3333   0.7059   0.8392   0.9608        0

  errors                                       input under the weight
          0         0         0         0        0.2118      0.2   0.9373   0.9569
          0   -0.1157         0         0   ×    0.4745   0.2941   0.3059   0.3725
   0.001866         0         0         0       0.09412      0.8   0.4431   0.4275
          0         0         0         0        0.6039   0.4078   0.9216  0.09804

  −0.03384 ≈         0×0.2118 +            0×0.2 + 0×0.9373 +  0×0.9569
           +         0×0.4745 + (−0.1157)×0.2941 + 0×0.3059 +  0×0.3725
           + 0.001866×0.09412 +            0×0.8 + 0×0.4431 +  0×0.4275
           +         0×0.6039 +         0×0.4078 + 0×0.9216 + 0×0.09804  conv2d kernel (0, 1, 0, 1)

0.6018 = −ln(0.5478)  loss
"""


def explained(run, *arguments):
    result = run("explain", *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_a_weights_gradient_is_written_out_as_its_sum_of_products(run):
    shown = explained(run, *ONE, "--gradient", "--layer", "conv2d", "--at", "0,1,0,1")
    assert shown == KERNEL


@pytest.mark.parametrize(
    ("of", "layer", "at", "line"),
    [
        ("bias", "dense", "1", "  −0.4522 = (−0.4522)  dense bias (1)"),
        ("kernel", "dense", "3,0", "  0 = 0.4522×0  dense kernel (3, 0)"),
        ("pre-activation", "dense", "1", "  −0.4522 = (0.5478 − 1) / 1  dense pre-activation (1)"),
        ("input", "dense", "3", "  −0.4245 ≈ 0.4522×(−0.2817) + (−0.4522)×0.6572  dense input (3)"),
        (
            "output",
            "flatten",
            "3",
            "  −0.4245 ≈ 0.4522×(−0.2817) + (−0.4522)×0.6572  flatten output (3)",
        ),
        ("input", "max_pooling2d", "1,1,0", "  0 = 0.1432×0  max_pooling2d input (1, 1, 0)"),
        ("output", "conv2d", "1,1,0", "  0 = 0.1432×0  conv2d output (1, 1, 0)"),
        ("pre-activation", "conv2d", "1,1,0", "  0 = 0×1  conv2d pre-activation (1, 1, 0)"),
    ],
)
def test_each_gradient_has_its_equation(run, of, layer, at, line):
    shown = explained(run, *ONE, "--gradient", of, "--layer", layer, "--at", at)
    assert line in shown.splitlines()


PLACES = [
    ("kernel", "conv2d", "0,1,0,1"),
    ("kernel", "conv2d", "2,2,0,0"),
    ("bias", "conv2d", "1"),
    ("pre-activation", "conv2d", "1,2,1"),
    ("output", "conv2d", "3,2,1"),
    ("input", "max_pooling2d", "1,1,0"),
    ("output", "max_pooling2d", "0,1,1"),
    ("input", "flatten", "1,1,0"),
    ("output", "flatten", "5"),
    ("input", "dense", "6"),
    ("pre-activation", "dense", "1"),
    ("kernel", "dense", "5,1"),
    ("bias", "dense", "0"),
]


@pytest.fixture
def lesson(run):
    """Export the training step of `ONE`; return the workbook as its cells' values stand."""
    arguments = ("article:6x6", "--network", NETWORK, "--target", "1", "--seed", "2")
    result = run("export-xlsx", *arguments, "--training-steps", "1", "-o", "step.xlsx")
    assert result.exit_code == 0, result.stderr
    return openpyxl.load_workbook("step.xlsx", data_only=True)


def cell_of(shown):
    sheet, cell = re.search(r"In the workbook it stands in '?(.+?)'?!([A-Z]+\d+)\.", shown).groups()
    return sheet, cell


def value_of(run, *arguments):
    return json.loads(explained(run, *arguments, "--format", "json"))["value"]


def test_the_workbook_of_the_same_training_has_the_number_in_the_cell_named(run, lesson):
    for of, layer, at in PLACES:
        asked = (*ONE, "--gradient", of, "--layer", layer, "--at", at)
        sheet, cell = cell_of(explained(run, *asked, "--workbook", "step.xlsx"))
        expected = value_of(run, *asked)
        assert lesson[sheet][cell].value == pytest.approx(expected, rel=1e-9), (of, layer, at)


def test_a_batch_of_data_is_that_of_the_workbook(run):
    network = "Conv2D(2, 3); Flatten(); Dense(10, activation='softmax')"
    options = ("--batch-size", "3", "--seed", "5")
    result = run(
        "export-xlsx", "--network", network, *options, "--training-steps", "1", "-o", "data.xlsx"
    )
    assert result.exit_code == 0, result.stderr
    book = openpyxl.load_workbook("data.xlsx", data_only=True)
    for of in (("kernel", "--at", "1,2,0,1"), ("output", "--at", "2,3,1", "--sample", "2")):
        asked = (network, "--gradient", *of, "--layer", "conv2d", *options)
        shown = explained(run, *asked, "--workbook", "data.xlsx")
        sheet, cell = cell_of(shown)
        assert book[sheet][cell].value == pytest.approx(value_of(run, *asked), rel=1e-9)
    assert "2 of sample 2" not in shown.splitlines()[0]
    assert "(2, 3, 1) of sample 2 = " in shown.splitlines()[0]


def test_json_has_every_term(run):
    asked = (*ONE, "--gradient", "--layer", "conv2d", "--at", "0,1,0,1", "--format", "json")
    shown = json.loads(explained(run, *asked))
    assert (shown["layer"], shown["name"], shown["at"]) == ("conv2d", "kernel", [0, 1, 0, 1])
    assert len(shown["terms"]) == 16
    total = sum(term["error"] * term["factor"] for term in shown["terms"])
    assert shown["value"] == pytest.approx(total, rel=1e-12)
    assert shown["terms"][5]["error_at"] == [1, 1, 1]
    assert shown["terms"][5]["factor_at"] == [1, 2, 0]


@pytest.mark.parametrize("ending", ["html", "svg", "pdf", "png", "json"])
def test_a_gradient_can_be_written_to_a_file(run, ending, tmp_path):
    asked = (*ONE, "--gradient", "--layer", "conv2d", "--at", "0,1,0,1")
    explained(run, *asked, "-o", f"gradient.{ending}")
    content = (tmp_path / f"gradient.{ending}").read_bytes()
    assert b"conv2d" in content or ending == "pdf"
    assert content.startswith(b"%PDF") == (ending == "pdf")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--layer", "conv2d", "--at", "0,0,0,0", "--depth", "2"),
            "--gradient explains one number, without --depth. Received: --depth 2",
        ),
        (
            ("--layer", "conv2d", "--at", "0,0,0,0", "--format", "csv"),
            "--gradient is shown as a table or as json. Received: --format csv",
        ),
        (
            ("--layer", "conv2d", "--at", "0,0,0,0", "--sample", "0"),
            "--sample goes with --gradient output, pre-activation, input. Received: kernel",
        ),
        (
            ("--layer", "conv2d", "--at", "3,0,0,0"),
            "a position in the kernel of conv2d must be row 0 to 2, column 0 to 2, channel 0 to 0, "
            "filter 0 to 1. Received: 3,0,0,0",
        ),
        (
            ("--layer", "flatten", "--at", "0"),
            "the layer flatten has no trainable weights. Received: kernel",
        ),
        (
            ("--layer", "conv", "--at", "0"),
            "the network has the layers rescaling, conv2d, max_pooling2d, flatten, dense. "
            "Received: conv",
        ),
        (
            ("--layer", "conv2d", "--at", "0,0,0,0", "-o", "x.xlsx"),
            "the output file 'x.xlsx' must end in one of .html, .svg, .pdf, .png, .jpg, .jpeg, "
            ".gif, .webp, .json.",
        ),
    ],
)
def test_what_can_not_be_explained_is_said_in_one_line(fails, options, message):
    assert fails("explain", *ONE, "--gradient", *options).startswith(message)


def test_an_image_needs_its_class(fails):
    asked = ("--gradient", "--layer", "conv2d", "--at", "0,0,0,0")
    assert fails("explain", NETWORK, "article:6x6", *asked) == (
        "the gradient of one image needs its class, --target CLASS; without it INPUT must be data "
        "as train takes it. Received: 'article:6x6'"
    )
    message = fails("explain", NETWORK, "article:6x6", *asked, "--target", "2")
    assert message == "--target must be a class: 0 to 1. Received: '2'"


def test_options_of_a_gradient_need_one(fails):
    asked = ("explain", NETWORK, "article:6x6", "--layer", "dense", "--at", "0")
    for number in ("0", "1"):
        assert fails(*asked, "--sample", number, "--raw") == (
            "options of a gradient need --gradient. Received: --sample, --raw without it"
        )


def test_the_workbook_of_another_training_is_refused(run, fails):
    asked = (*ONE, "--gradient", "--layer", "dense", "--at", "0,0", "--workbook", "other.xlsx")
    run("export-xlsx", "article:6x6", "--network", NETWORK, "-o", "other.xlsx")
    assert fails("explain", *asked) == (
        "'other.xlsx' must be a workbook of the training of this network. Received: one of another"
    )


FROZEN = (
    "Rescaling(1/255); Conv2D(2, 3, activation='relu'); BatchNormalization(trainable=False); "
    "Flatten(); Dense(2, activation='softmax', trainable=False)"
)


def test_a_frozen_weight_has_no_gradient_and_that_is_said(fails):
    options = (FROZEN, "article:6x6", "--target", "1", "--gradient", "--layer", "dense")
    assert fails("explain", *options, "--at", "0,0") == (
        "the layer dense is frozen (trainable=False), so that training leaves its weights as they "
        "are, without a gradient. Received: kernel"
    )


def test_the_error_goes_through_a_frozen_normalization_by_its_moving_variance(run):
    options = (FROZEN, "article:6x6", "--target", "1", "--gradient", "input")
    shown = explained(run, *options, "--layer", "batch_normalization", "--at", "0,0,0")
    assert "the gradient by the layer's output × gamma / √(moving variance + epsilon)" in shown
    assert "×0.9995" in shown  # 1 / √1.001
