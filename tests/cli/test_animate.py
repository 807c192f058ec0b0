"""Films as the command line writes them."""

import json
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageSequence

CROSS = ("--kernel", "1 0 1; 0 1 0; 1 0 1", "--bias", "-500", "--activation", "relu")
DIGIT = ("--kernel", "1 0.3; 0.5 2", "--activation", "relu", "--pool", "max:2")
NETWORK = "Conv2D(1, 3); Flatten(); Dense(2, activation='softmax')"
MOST_BYTES = 2_000_000


@pytest.mark.film
@pytest.mark.parametrize("arguments", [("article:6x6", *CROSS, "--pool", "max:2"), DIGIT])
def test_a_film_of_the_article_is_small(run, tmp_path, arguments):
    result = run("animate", *arguments, "-o", "film.gif")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "film.gif").stat().st_size < MOST_BYTES
    assert "wrote film.gif (" in result.stderr


def test_a_gif_plays_for_ever_at_the_speed_that_is_asked_for(run, tmp_path):
    run("animate", "article:6x6", *CROSS, "--speed", "5", "--width", "320", "-o", "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
        assert film.info["loop"] == 0
        assert film.width == 320
        assert film.info["comment"].startswith(b"A figure by cnncalc\nMade by: cnncalc animate")
    assert (durations[0], durations[-1]) == (2000, 3000)
    assert set(durations[1:-1]) == {200}
    assert len(durations) == 3 * 16 + 2


def test_a_folder_has_a_picture_a_frame(run, tmp_path):
    result = run("animate", "article:6x6", *CROSS, "--width", "320", "-o", "frames/")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"{number:04}.png" for number in range(1, 51)]
    with Image.open(tmp_path / "frames/0001.png") as first:
        whole = np.asarray(first)
    with Image.open(tmp_path / "frames/0050.png") as last:
        assert np.array_equal(whole, np.asarray(last))


@pytest.mark.film
def test_a_webp_of_a_network_plays(run, tmp_path):
    arguments = ("--network", NETWORK, "--theme", "dark", "--width", "320")
    result = run("animate", "article:6x6", *arguments, "-o", "film.webp")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "film.webp") as film:
        assert film.n_frames > 20
        assert film.info["xmp"].startswith(b"A figure by cnncalc")


@pytest.mark.film
def test_a_step_of_a_training_plays(run, tmp_path):
    step = ("--training-steps", "1", "--target", "1", "--width", "320")
    result = run("animate", "article:6x6", "--network", NETWORK, *step, "-o", "film.gif")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames > 20


@pytest.mark.film
def test_what_is_left_out_of_a_long_film_is_said(run):
    image = "\n".join([",".join("1" * 20)] * 20)
    result = run("animate", "-", "--kernel", "1 1", "--width", "240", "-o", "f.gif", input=image)
    assert "140 of 380 scenes are left out, evenly: a film shows at most 240" in result.stderr


@pytest.mark.film
def test_an_mp4_plays(run, tmp_path):
    result = run("animate", "article:6x6", *CROSS, "--width", "321", "-o", "film.mp4")
    assert result.exit_code == 0, result.output
    asked = ("ffprobe", "-v", "error", "-show_streams", "-of", "json", "film.mp4")
    found = subprocess.run(asked, capture_output=True, check=True, cwd=tmp_path)
    [stream] = json.loads(found.stdout)["streams"]
    assert stream["codec_name"] == "h264"
    assert stream["width"] % 2 == stream["height"] % 2 == 0
    assert float(stream["duration"]) == pytest.approx(2 + 48 * 0.25 + 3)


def test_an_existing_film_is_replaced_with_force_alone(run, fails, tmp_path):
    small = ("article:6x6", *CROSS, "--width", "240", "-o", "film.gif")
    (tmp_path / "film.gif").write_text("mine")
    assert "exists: name another, or add --force" in fails("animate", *small)
    assert (tmp_path / "film.gif").read_text() == "mine"
    assert run("animate", *small, "--force").exit_code == 0
    assert (tmp_path / "film.gif").read_bytes().startswith(b"GIF89a")


def test_a_film_is_no_input(run, fails):
    run("animate", "article:6x6", *CROSS, "--width", "240", "-o", "film.gif")
    assert "is a figure that cnncalc drew" in fails("convolve", "film.gif", "--kernel", "edge")


def test_without_ffmpeg_an_mp4_is_refused(fails, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    line = fails("animate", "article:6x6", *CROSS, "-o", "film.mp4")
    assert line == "a .mp4 needs ffmpeg, which isn't installed. Expected ffmpeg, or a .gif or .webp"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "f.gif"), "a calculation needs --kernel"),
        ((*CROSS, "-o", "f.avi"), "must end in one of .gif, .webp, .mp4"),
        ((*CROSS, "-o", "f.gif", "--width", "9"), "a film's width must be 240 to 3840 pixels"),
        ((*CROSS, "-o", "f.gif", "--speed", "0"), "a film's speed must be 0.1 to 50 scenes"),
        ((*CROSS, "-o", "f.gif", "--network", NETWORK), "--network brings its own layers"),
        ((*CROSS, "-o", "f.gif", "--target", "1"), "options of a network need --network"),
        ((*CROSS, "-o", "f.gif", "--samples", "3"), "options of a training need --training-steps"),
        ((*CROSS, "-o", "missing/f.gif"), "there is no folder"),
    ],
)
def test_what_makes_no_film_is_refused_in_one_line(fails, arguments, message):
    assert message in fails("animate", *arguments)
