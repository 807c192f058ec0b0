"""Every bad network ends in one clear line."""

import pytest

from cnncalc.files.keras_archive import KerasModel
from tests.files.keras_files import SMALL, parts_of, saved, small_with, varied, zipped

NETWORK = "Conv2D(2, 3); Flatten(); Dense(2)"


def summary_of(fails, listing, shape="4,4,1"):
    return fails("summary", listing, "--input-shape", shape)


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (
            "Conv2D(2, 9)",
            (
                "layer conv2d: the window must fit into the input. Received: a "
                "window of 9×9 on an input of 4×4"
            ),
        ),
        (
            "Conv2D(2, 3); MaxPooling2D(5)",
            (
                "layer max_pooling2d: the window must fit into the input. Received:"
                " a window of 5×5 on an input of 2×2"
            ),
        ),
        (
            "Flatten(); Conv2D(2, 3)",
            (
                "layer conv2d: Conv2D must be given (height, width, channels). "
                "Received: input shape (16,)"
            ),
        ),
        (
            "Conv2D(4, 3, groups=3)",
            (
                "layer conv2d: groups must divide both channels and filters. "
                "Received: groups=3, channels=1, filters=4"
            ),
        ),
        (
            "Rescaling((1, 2))",
            (
                "layer rescaling: scale and offset must have one number a channel "
                "(1). Received: 2 numbers"
            ),
        ),
    ],
)
def test_shapes_that_do_not_fit_name_the_layer_and_both(fails, listing, said):
    assert summary_of(fails, listing) == said


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (
            "Conv2d(2, 3)",
            "line 1, column 1: cnncalc has no layer Conv2d; the nearest name is Conv2D",
        ),
        (
            "Flatten(); Dens(2)",
            "line 1, column 12: cnncalc has no layer Dens; the nearest name is Dense",
        ),
        (
            "Conv2D(2, 3, stride=2)",
            "line 1, column 14: Conv2D has no argument stride; the nearest name is strides",
        ),
        ("Conv2D()", "line 1, column 1: Conv2D: filters is missing. Received: no arguments"),
        (
            "Flatten('a', 'b')",
            "line 1, column 1: Flatten is given too many arguments: it takes at most 1 argument "
            "without a name. Received: 2",
        ),
        (
            "Dense(0)",
            (
                "line 1, column 1: Dense: units must be a whole number, at least 1."
                " Received: units=0"
            ),
        ),
        ("(", "line 1, column 1: not a list of layers in Keras calls: '(' was never closed"),
        (
            "Lambda(lambda x: x)",
            "line 1, column 1: a Lambda layer holds code, which is never executed",
        ),
        (
            "Dense(open('x').read())",
            (
                "line 1, column 7: a value must be a number, a text, True, False, "
                "None, or a tuple of these: code is not executed. Received: "
                "open('x').read()"
            ),
        ),
        (
            "[layer() for layer in (Dense,)]",
            (
                "line 1, column 1: expected a layer, such as Dense(2), or a "
                "Sequential of layers. Received: [layer() for layer in (Dense,)]"
            ),
        ),
        (
            "print(1)",
            (
                "a network must have at least one layer, such as Conv2D(10, 5); "
                "Flatten(); Dense(2). Received: no layer"
            ),
        ),
        (
            'Flatten(name="a"); Flatten(name="a")',
            "each layer must have a name of its own. Received: 2 named 'a'",
        ),
    ],
)
def test_a_listing_that_is_no_list_of_layers_points_at_the_place(fails, listing, said):
    assert summary_of(fails, listing) == said


def test_code_that_is_no_list_of_layers_is_never_executed(fails, tmp_path):
    said = summary_of(fails, "import os; os.system('touch executed')")
    assert said == (
        "line 1, column 12: os.system(…) is no layer. The text is read and never executed; "
        "expected layers, such as Dense(2)"
    )
    assert not (tmp_path / "executed").exists()


def test_a_file_of_layers_is_named_with_the_place(fails, tmp_path):
    (tmp_path / "net.txt").write_text("Conv2D(2, 3)\nFlatten(\n)\nDense(2, unit=3)\n")
    said = fails("summary", "net.txt", "--input-shape", "4,4,1")
    assert (
        said
        == "'net.txt', line 4, column 10: Dense has no argument unit; the nearest name is units"
    )


def test_a_file_of_layers_is_named_before_what_has_no_place(fails, tmp_path):
    (tmp_path / "net.txt").write_text("print(1)\n")
    assert fails("summary", "net.txt").startswith("'net.txt': a network must have at least one")


def test_a_dense_layer_before_flatten_works_as_in_keras_and_is_noted(run):
    result = run("trace", "Dense(2)", "article:6x6")
    assert result.exit_code == 0
    assert "dense · Dense(2) · 6×6×2" in result.stdout
    assert "layer dense: its input, 6×6×1, is not flat: as in Keras," in result.stderr


def test_softmax_of_a_single_unit_is_noted(run):
    result = run("trace", "Flatten(); Dense(1, activation='softmax')", "article:6x6")
    assert "softmax of a single unit is always 1" in result.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("artcle", "Received: 'artcle', which is no file. Did you mean 'article'?"),
        (
            "no.txt",
            "a file of them, a .keras file, or article. Received: 'no.txt', which is no file.",
        ),
        ("empty.txt", "'empty.txt' is an empty file"),
        (
            "binary.txt",
            "'binary.txt' must be a text with a network's layers. Received: no UTF-8 text",
        ),
        ("folder", "'folder' is a folder. Expected a file"),
        ("no.keras", "there is no file 'no.keras'"),
        (
            "",
            "NETWORK is empty. Expected layers such as 'Conv2D(10, 5); Flatten(); Dense(2)', a "
            "file of them, a .keras file, or article",
        ),
    ],
)
def test_a_network_that_is_no_file_of_one(fails, tmp_path, name, said):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    message = fails("summary", name, "--input-shape", "4,4,1")
    assert message.endswith(said)
    assert message.count(f"'{name}'") <= 1


def lambda_layer(config):
    config["config"]["layers"][1]["class_name"] = "Lambda"


def wrong_filters(config):
    config["config"]["layers"][1]["config"]["filters"] = 3


KERAS = saved(KerasModel(varied(SMALL, (8, 8, 1))))
PARTS = parts_of(KERAS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"hello",
            "expected a .keras file, a zip. Received: no zip, or one truncated or damaged",
        ),
        (KERAS[: len(KERAS) // 2], "Received: no zip, or one truncated or damaged"),
        (
            zipped({"config.json": PARTS["config.json"]}),
            "expected a .keras file, with model.weights.h5 in it",
        ),
        (zipped({**PARTS, "config.json": b"{"}), "config.json is not JSON"),
        (
            zipped({**PARTS, "model.weights.h5": PARTS["model.weights.h5"][:200]}),
            "the weights are no HDF5 file",
        ),
        (small_with(lambda_layer), "Lambda"),
        (small_with(wrong_filters), "conv2d"),
    ],
    ids=["text", "truncated", "without weights", "no JSON", "truncated weights", "Lambda", "lies"],
)
@pytest.mark.parametrize("command", ["summary", "trace"])
def test_an_unusable_keras_file_is_named_and_what_is_wrong_in_it(
    fails, tmp_path, content, said, command
):
    (tmp_path / "model.keras").write_bytes(content)
    line = fails(command, "model.keras")
    assert line.startswith("'model.keras': ")
    assert said in line


def test_a_network_whose_input_nothing_tells(fails):
    assert fails("summary", NETWORK) == (
        "the shape of the network's input must be known: add --input-shape 28,28,1, or begin the "
        "network with Input((28, 28, 1)). Received: neither"
    )


@pytest.mark.parametrize("shape", ["4,4", "0,4,1", "a", "4,4,1,1"])
def test_an_unusable_input_shape(fails, shape):
    said = fails("summary", NETWORK, "--input-shape", shape)
    assert (
        f"expected HEIGHT,WIDTH,CHANNELS, whole numbers of at least 1 such "
        f"as 28,28,1. Received: '{shape}'"
    ) in said
