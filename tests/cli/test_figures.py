"""Which files hold figures, which hold pixels, and what is said of them."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

CROSS = "1 0 1; 0 1 0; 1 0 1"
CONVOLVE = ("convolve", "article:6x6", "--kernel", CROSS)
NETWORK = "Conv2D(2, 3); Flatten(); Dense(2, 'softmax')"
TRACE = ("trace", NETWORK, "article:6x6")
EXPLAIN = ("explain", NETWORK, "article:6x6", "--layer", "conv2d", "--at", "0,0,0")
STEP = (
    "train",
    "--network",
    "Flatten(); Dense(10, 'softmax')",
    "--show-step",
    "1",
    "--batch-size",
    "2",
)
SVG = "{http://www.w3.org/2000/svg}"


def written(run, *arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def svg_texts(path):
    return [text.text for text in ET.fromstring(path.read_text()).iter(f"{SVG}text")]  # noqa: S314


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp"])
@pytest.mark.parametrize("command", [("show", "article:6x6"), CONVOLVE, ("pool", "article:6x6")])
def test_small_pictures_stay_pixels_and_a_figure_is_proposed(run, tmp_path, command, ending):
    result = written(run, *command, "--scale", "minmax", "-o", f"a.{ending}")
    assert "--figure flow draws it with its numbers" in result.stderr
    with Image.open(tmp_path / f"a.{ending}") as image:
        assert max(image.size) <= 6
    assert run("show", f"a.{ending}").exit_code == 0


def test_nothing_is_proposed_for_a_photo(run, tmp_path):
    Image.fromarray(np.full((80, 90), 9, np.uint8)).save(tmp_path / "photo.png")
    assert "--figure" not in written(run, "show", "photo.png", "-o", "b.png").stderr


@pytest.mark.parametrize("ending", ["svg", "pdf"])
@pytest.mark.parametrize(
    "command", [("show", "article:6x6"), CONVOLVE, ("pool", "article:6x6"), TRACE, EXPLAIN, STEP]
)
def test_drawings_of_any_command_are_figures(run, tmp_path, command, ending):
    assert f"wrote a.{ending} (a figure)" in written(run, *command, "-o", f"a.{ending}").stderr
    content = (tmp_path / f"a.{ending}").read_bytes()
    assert content.startswith(b"<svg" if ending == "svg" else b"%PDF")


# Every command, and every ending.
@pytest.mark.parametrize(
    ("command", "ending"),
    [
        (TRACE, "png"),
        (EXPLAIN, "png"),
        (STEP, "png"),
        (("summary", NETWORK, "--input-shape", "6,6,1"), "png"),
        (("cases", "1"), "png"),
        ((*CONVOLVE, "--figure", "flow"), "png"),
        ((*CONVOLVE, "--figure", "steps"), "png"),
        (EXPLAIN, "jpg"),
        (("cases", "1"), "gif"),
        ((*CONVOLVE, "--figure", "steps"), "webp"),
    ],
)
def test_other_pictures_are_figures_and_no_command_takes_them(
    run, fails, tmp_path, command, ending
):
    written(run, *command, "-o", f"a.{ending}")
    with Image.open(tmp_path / f"a.{ending}") as image:
        assert min(image.size) > 100
    for taking in (("show",), ("convolve", "-k", "edge"), ("pool",), ("trace", "Conv2D(1, 3)")):
        said = fails(*taking, f"a.{ending}")
        assert said.startswith(f"'a.{ending}' is a figure that cnncalc drew, not the pixels")


def test_a_calculation_flows_and_an_asked_number_is_explained(run, tmp_path):
    written(run, *CONVOLVE, "-o", "flow.svg")
    flow = svg_texts(tmp_path / "flow.svg")
    assert [title in flow for title in ("Image", "Kernel", "Convolution")] == [True] * 3
    written(run, *CONVOLVE, "--at", "1,1", "-o", "at.svg")
    assert "conv2d (1, 1) = 792" in svg_texts(tmp_path / "at.svg")
    written(run, *CONVOLVE, "--at", "1,1", "--figure", "flow", "-o", "both.svg")
    assert "Convolution" in svg_texts(tmp_path / "both.svg")
    assert 'stroke="#d55e00"' in (tmp_path / "both.svg").read_text()
    written(run, *CONVOLVE, "--steps", "-o", "steps.svg")
    steps = svg_texts(tmp_path / "steps.svg")
    assert [f"conv2d (0, {column}) = " in "".join(steps) for column in range(5)] == [True] * 4 + [
        False
    ]


def test_the_articles_grid_is_green_and_an_image_is_grey(run, tmp_path):
    written(run, "show", "article:6x6", "-o", "article.svg")
    assert "#00441b" not in (tmp_path / "article.svg").read_text()  # 253 is the highest
    (tmp_path / "grid.csv").write_text("0,255\n255,0\n")
    written(run, "show", "grid.csv", "-o", "grid.svg")
    text = (tmp_path / "grid.svg").read_text()
    assert 'fill="#000000"' in text
    assert "#c7e9c0" not in text


@pytest.mark.parametrize("theme", ["dark", "print"])
def test_a_theme_is_chosen(run, tmp_path, theme):
    written(run, *CONVOLVE, "--theme", theme, "-o", "a.png", "--figure", "flow")
    with Image.open(tmp_path / "a.png") as image:
        assert image.convert("RGB").getpixel((2, 2)) == (
            (20, 24, 28) if theme == "dark" else (255,) * 3
        )


def test_a_class_is_said_below_a_network(run, tmp_path):
    written(run, *TRACE, "--class-names", "cat,<script>", "-o", "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert "Class: untrained (seed 0)" in svg_texts(tmp_path / "a.svg")
    assert "<script" not in text


def test_bare_pixels_of_a_layer_are_there_for_who_asks(run, tmp_path):
    written(run, *EXPLAIN, "--figure", "pixels", "-o", "a.png")
    # Two channels are tiles of one picture.
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "L"
    assert run("show", "a.png").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            (*CONVOLVE, "--figure", "pixels", "-o", "a.svg"),
            "--figure pixels is written to a file that ends in one of .png, .jpg, .jpeg, .gif, "
            ".webp. Received: -o a.svg",
        ),
        (
            (*CONVOLVE, "--figure", "flow", "-o", "a.csv"),
            "--figure flow is written to a file that ends in one of .svg, .pdf, .png, .jpg, "
            ".jpeg, .gif, .webp. Received: -o a.csv",
        ),
        (
            (*CONVOLVE, "--figure", "steps"),
            "--figure steps is written to a file that ends in one of .svg, .pdf, .png, .jpg, "
            ".jpeg, .gif, .webp. Received: no -o FILE",
        ),
        (
            ("show", "article:6x6", "--figure", "steps", "-o", "a.svg"),
            "--figure must be flow here. Received: steps",
        ),
        (
            ("summary", NETWORK, "-o", "a.csv"),
            "the output file 'a.csv' must end in one of .svg, .pdf,",
        ),
        (("cases", "-o", "nowhere/a.svg"), "there is no folder"),
    ],
)
def test_a_figure_that_can_not_be_is_refused_in_one_line(fails, tmp_path, arguments, said):
    assert fails(*arguments).startswith(said)
    assert not [path for path in tmp_path.iterdir() if path.stem == "a"]


def test_an_existing_figure_is_kept(run, fails, tmp_path):
    written(run, "cases", "1", "-o", "a.svg")
    before = (tmp_path / "a.svg").read_bytes()
    for command in (("cases", "1"), ("summary", NETWORK, "--input-shape", "6,6,1")):
        assert (
            fails(*command, "-o", "a.svg")
            == "the output file 'a.svg' exists: name another, or add --force"
        )
    assert (tmp_path / "a.svg").read_bytes() == before


def test_a_figure_needs_no_other_file(run, tmp_path):
    written(run, *TRACE, "-o", "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert "font-face" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "rich" not in text


def test_a_photo_clips_in_words_and_in_marks(run, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    written(run, "convolve", "photo.png", "-k", "sharpen", "--depthwise", "-o", "a.svg")
    said = " ".join(svg_texts(tmp_path / "a.svg"))
    assert "above 255 became 255" in said
    assert "orange is too bright" in said
    images = ET.fromstring((tmp_path / "a.svg").read_text()).iter(f"{SVG}image")  # noqa: S314
    assert len(list(images)) >= 5


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_a_size_has_a_figure(run, fails, tmp_path, ending):
    result = written(run, "outsize", "7", "2", "0", "2", "-o", f"a.{ending}")
    assert result.stderr == f"wrote a.{ending} (a figure)\n"
    assert result.stdout.endswith("\n3\n")
    assert (tmp_path / f"a.{ending}").stat().st_size > 1000
    again = ("outsize", "7", "2", "0", "2", "-o", f"a.{ending}")
    assert "exists: name another, or add --force" in fails(*again)
    written(run, *again, "--force")


def test_letters_that_the_typeface_lacks_are_said(run):
    said = written(run, *TRACE, "--class-names", "cat,猫", "-o", "a.png").stderr
    assert (
        "(a figure; □ stands for what its typeface lacks: 猫 (cjk unified ideograph-732b))" in said
    )
    assert "□" not in written(run, *TRACE, "--class-names", "cat,猫", "-o", "a.svg").stderr
    assert "□" not in written(run, *TRACE, "--class-names", "cat,dog", "-o", "b.png").stderr


def test_letters_that_the_typeface_lacks_are_said_of_a_film_too(run):
    pooling = ("animate", "article:6x6", "--network", "MaxPooling2D(3, name='猫')")
    said = written(run, *pooling, "--width", "240", "-o", "a.gif").stderr
    assert "; □ stands for what its typeface lacks: 猫 (cjk unified ideograph-732b))" in said
