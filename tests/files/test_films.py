import json
import subprocess
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageSequence

from cnncalc.errors import InputError, OutputError
from cnncalc.files.films import Film, require_encoder, write_film, write_frames
from cnncalc.files.images import read_image

SHADES = (0, 90, 255)


def draw(number):
    return np.full((31, 41, 3), SHADES[number], np.uint8)


TOLD = "A figure by cnncalc\nMade by: cnncalc animate ×"
FILM = Film([2000, 250, 3000], draw, TOLD)


def written(form):
    file = BytesIO()
    write_film(file, FILM, form)
    return file


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_a_film_has_its_frames_for_as_long_as_they_stay(form):
    with Image.open(written(form)) as film:
        frames = [
            (np.asarray(frame.convert("RGB")).copy(), frame.info["duration"])
            for frame in ImageSequence.Iterator(film)
        ]
        assert film.info["loop"] == 0
    assert [pixels[15, 20].tolist() for pixels, _ in frames] == [[shade] * 3 for shade in SHADES]
    assert [duration for _, duration in frames] == [2000, 250, 3000]


def test_a_film_tells_where_it_came_from():
    with Image.open(written("gif")) as film:
        assert film.info["comment"].decode() == TOLD
    with Image.open(written("webp")) as film:
        assert film.info["xmp"].decode() == TOLD


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_a_film_is_no_image_to_calculate_on(form, tmp_path):
    path = tmp_path / f"film.{form}"
    path.write_bytes(written(form).getvalue())
    with pytest.raises(InputError, match="is a figure that cnncalc drew"):
        read_image(path)


def test_a_frame_is_no_image_to_calculate_on(tmp_path):
    write_frames(tmp_path, FILM)
    with pytest.raises(InputError, match="is a figure that cnncalc drew"):
        read_image(tmp_path / "0001.png")


def test_frames_are_numbered_pictures(tmp_path):
    write_frames(tmp_path, FILM)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.png", "0002.png", "0003.png"]
    with Image.open(tmp_path / "0002.png") as picture:
        assert picture.getpixel((0, 0)) == (90, 90, 90)
        assert picture.text["Description"] == TOLD


def test_without_ffmpeg_an_mp4_is_refused_in_one_line(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OutputError, match=r"ffmpeg, which isn't installed\. Expected") as caught:
        require_encoder("mp4")
    assert "\n" not in str(caught.value)
    require_encoder("gif")


def test_what_ffmpeg_says_of_a_failure_is_passed_on(monkeypatch, tmp_path):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho 'no such codec' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(OutputError, match="could not write the film: no such codec"):
        write_film(BytesIO(), FILM, "mp4")


@pytest.mark.film
def test_an_mp4_plays(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(written("mp4").getvalue())
    asked = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    found = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    [stream] = found["streams"]
    assert (stream["width"], stream["height"], stream["pix_fmt"]) == (42, 32, "yuv420p")
    assert float(stream["duration"]) == pytest.approx(5.25)
    assert found["format"]["tags"]["comment"].startswith("A figure by cnncalc")
    raw = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    pixels = subprocess.run(raw, capture_output=True, check=True).stdout
    frames = np.frombuffer(pixels, np.uint8).reshape(-1, 32, 42)[:, 15, 20].astype(int)
    beats = [shade for shade, times in zip(SHADES, (8, 1, 12), strict=True) for _ in range(times)]
    assert np.abs(frames - beats).max() <= 3


@pytest.mark.film
def test_the_same_mp4_has_the_same_bytes():
    assert written("mp4").getvalue() == written("mp4").getvalue()
