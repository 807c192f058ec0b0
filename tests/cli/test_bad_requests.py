"""What does not fit a network, an image, weights or an option, ends in one clear line."""

import pytest

from cnncalc.files.keras_archive import KerasModel
from cnncalc.layers import Conv2D, Dense, Flatten
from tests.cli.networks import save_photo
from tests.files.keras_files import SMALL, saved, varied

NETWORK = "Conv2D(2, 3); Flatten(); Dense(2)"


@pytest.mark.parametrize(
    ("network", "image", "said"),
    [
        (
            "Input((4, 4, 1)); Flatten()",
            "article:6x6",
            (
                "the network takes 4×4×1, the image article:6x6 is 6×6×1; name an "
                "INPUT of that size, or fit the network to it by --input-shape "
                "6,6,1"
            ),
        ),
        (
            "Input((4, 4, 1)); Flatten()",
            "photo.png",
            (
                "the network takes 4×4×1, the image photo.png is 5×6×1; add "
                "--resize, or fit the network to it by --input-shape 5,6,1"
            ),
        ),
        (
            "model.keras",
            "photo.png",
            "the network takes 8×8×1, the image photo.png is 5×6×1; add --resize",
        ),
        (
            "article",
            "article:6x6",
            (
                "the network takes 300×300×3, the image article:6x6 is 6×6×1; name "
                "an INPUT with 3 channels"
            ),
        ),
        (
            "Input((36,)); Dense(2)",
            "article:6x6",
            (
                "the network takes 36, the image article:6x6 is 6×6×1; an image "
                "must be flattened first: begin the network with Flatten()"
            ),
        ),
    ],
)
def test_an_image_that_does_not_fit_says_what_to_do(fails, tmp_path, network, image, said):
    (tmp_path / "model.keras").write_bytes(saved(KerasModel(varied(SMALL, (8, 8, 1)))))
    save_photo(tmp_path / "photo.png", 5, 6)
    assert fails("trace", network, image) == said


def test_only_pixels_are_resized(fails):
    said = fails("trace", "Input((4, 4, 1)); Flatten()", "article:6x6", "--resize")
    assert said.startswith("--resize takes images of up to 16 bits a channel, whose values are ")
    assert "Received: article:6x6" in said


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (
            (Conv2D(3, 3), Flatten(), Dense(2)),
            (
                "layer conv2d: the weight 'kernel' must have the shape (3, 3, 1, "
                "2). Received: (3, 3, 1, 3)"
            ),
        ),
        (
            (Flatten(), Dense(2)),
            (
                "'other.keras' must hold weights for the network's 2 layers that "
                "have some. Received: weights for 1"
            ),
        ),
    ],
)
def test_weights_of_another_network(fails, tmp_path, layers, said):
    (tmp_path / "other.keras").write_bytes(saved(KerasModel(varied(layers, (6, 6, 1)))))
    assert fails("trace", NETWORK, "article:6x6", "--weights", "other.keras") == said


def test_weights_of_another_kind_of_file(fails):
    said = fails("trace", NETWORK, "article:6x6", "--weights", "w.npz")
    assert said == "--weights must be a .keras or .weights.h5 file. Received: 'w.npz'"


def test_more_weights_than_memory_holds(fails):
    said = fails("trace", "Flatten(); Dense(100000000)", "article:6x6")
    assert said == (
        "a network must have at most 2,147,483,648 parameters to be worked with. "
        "Received: 3,700,000,000"
    )


def test_a_comparison_without_a_convolution(fails):
    said = fails("summary", "Dense(2)", "--input-shape", "9", "--versus-mlp")
    assert said == "--versus-mlp needs a network with a convolution. Received: one without"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("trace", "--layer", "conv"),
            "the network has the layers conv2d, flatten, dense. Received: conv",
        ),
        (("trace", "--class-names", "a,b,c"), "--class-names must name 2 classes. Received: 3"),
        (
            ("trace", "-o", "x.tif"),
            "the output file 'x.tif' must end in one of .html, .svg, .pdf, .png, .jpg, .jpeg, "
            ".gif, .webp, .json, .xlsx, .csv, .npy.",
        ),
        (
            ("trace", "-o", "nowhere/maps"),
            "the output folder 'nowhere/maps' can't be used: there is no folder",
        ),
        (
            ("explain", "--layer", "dens", "--at", "0"),
            "the network has the layers conv2d, flatten, dense. Received: dens",
        ),
        (
            ("explain", "--layer", "dense", "--at", "2"),
            "a position in the output of dense must be unit 0 to 1. Received: 2",
        ),
        (
            ("explain", "--layer", "conv2d", "--at", "0,0"),
            (
                "a position in the output of conv2d must be row 0 to 3, column 0 to 3, "
                "channel 0 to 1. Received: 0,0"
            ),
        ),
        (
            ("explain", "--layer", "dense", "--at", "0", "--workbook", "no.xlsx"),
            "there is no file 'no.xlsx'",
        ),
    ],
)
def test_what_a_network_has_not(fails, options, said):
    command, *rest = options
    assert fails(command, NETWORK, "article:6x6", *rest).startswith(said)


@pytest.mark.parametrize(
    ("command", "beside"),
    [
        (("trace", "MaxPooling2D(2)"), "a network without weights"),
        (("animate", "--kernel", "edge", "-o", "film.gif"), "a calculation"),
        (("export-xlsx", "article:6x6", "--kernel", "edge"), "with neither"),
        (("export-html",), "with neither"),
    ],
)
def test_a_seed_from_which_nothing_is_drawn_is_refused(fails, command, beside):
    for seed in ("0", "3"):
        said = fails(*command, "--seed", seed)
        assert "--seed is" in said
        assert f"Received: --seed {seed}" in said
        assert said.endswith(beside)
