"""Films: frames one after the other as .gif, .webp, .mp4 or a folder of pictures."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from cnncalc.errors import OutputError
from cnncalc.files.gifs import write_gif
from cnncalc.provenance import FIGURE_MARK

__all__ = ["Film", "FilmForm", "Pixels", "require_encoder", "write_film", "write_frames"]

FilmForm = Literal["gif", "webp", "mp4"]
Pixels = NDArray[np.uint8]

_FFMPEG = "ffmpeg"
# What is drawn has few colours and sharp edges, which a little loss would blur.
_WEBP = {"lossless": True, "quality": 60, "method": 3}
# A picture of x264 is even in both directions; its colours are those that browsers can play.
_X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "18", "-movflags", "+faststart")
# The same film gives the same bytes.
_EXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact")


@dataclass(frozen=True)
class Film:
    """Frames that are drawn when their turn comes, all of one size.

    `milliseconds` has for each frame how long it stays; `draw` returns a frame, (height, width, 3)
    of red, green and blue, by its number from 0; `told` is what a file says beside its pictures,
    the mark of a figure first.
    """

    milliseconds: Sequence[int]
    draw: Callable[[int], Pixels]
    told: str = FIGURE_MARK

    def frames(self) -> Iterator[Pixels]:
        """Yield every frame in order."""
        return map(self.draw, range(len(self.milliseconds)))


def require_encoder(form: FilmForm) -> None:
    """Raise OutputError where a form needs a program that isn't there."""
    if form == "mp4" and shutil.which(_FFMPEG) is None:
        message = "a .mp4 needs ffmpeg, which isn't installed. Expected ffmpeg, or a .gif or .webp"
        raise OutputError(message)


def write_film(file: BinaryIO, film: Film, form: FilmForm) -> None:
    """Write a film that begins again when it ends.

    Raises OutputError where ffmpeg is needed, and missing or failing.
    """
    match form:
        case "gif":
            write_gif(file, film.draw, film.milliseconds, film.told)
        case "webp":
            _write_webp(file, film)
        case "mp4":
            _write_mp4(file, film)


def write_frames(folder: Path, film: Film) -> None:
    """Write each frame as a picture of a folder, 0001.png and so on."""
    for number, pixels in enumerate(film.frames(), start=1):
        chunks = PngInfo()
        chunks.add_text("Kind", FIGURE_MARK)
        chunks.add_itxt("Description", film.told)
        Image.fromarray(pixels).save(folder / f"{number:04}.png", pnginfo=chunks)


class _Playing(Image.Image):
    """A film as Pillow's picture of several frames, of which it holds one at a time."""

    def __init__(self, film: Film) -> None:
        super().__init__()
        self.n_frames = len(film.milliseconds)
        self._film = film
        self._turn_to(0)

    def _turn_to(self, number: int) -> None:
        picture = Image.fromarray(self._film.draw(number))
        self._im, self._mode, self._size = picture.im, picture.mode, picture.size
        self._number = number

    def tell(self) -> int:
        return self._number

    def seek(self, frame: int) -> None:
        if frame != self._number:
            self._turn_to(frame)


def _write_webp(file: BinaryIO, film: Film) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = FIGURE_MARK  # letters of ASCII alone stand in Exif
    durations, told = list(film.milliseconds), film.told.encode()
    _Playing(film).save(
        file, "WEBP", save_all=True, duration=durations, loop=0, exif=exif, xmp=told, **_WEBP
    )


def _write_mp4(file: BinaryIO, film: Film) -> None:
    """Have ffmpeg write the film: at a constant rate, so that what stays long comes repeatedly."""
    require_encoder("mp4")
    beat = int(np.gcd.reduce(np.array(film.milliseconds)))
    first = _even(film.draw(0))
    size = f"{first.shape[1]}x{first.shape[0]}"
    given = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", f"1000/{beat}", "-i", "-")
    told = ("-metadata", f"comment={film.told}")
    with TemporaryDirectory(prefix="cnncalc-") as folder:
        # Its index stands before its pictures, which no pipe can be told afterwards.
        path = Path(folder) / "film.mp4"
        command = (_FFMPEG, "-v", "error", *given, *_X264, *_EXACT, *told, str(path))
        _run(command, film, beat)
        with path.open("rb") as written:
            shutil.copyfileobj(written, file)


def _even(pixels: Pixels) -> Pixels:
    """Return a frame with its last row and column repeated where their number is odd."""
    height, width, _ = pixels.shape
    return np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _run(command: Sequence[str], film: Film, beat: int) -> None:
    with subprocess.Popen(  # noqa: S603 (no shell, and nothing of it but the comment is the user's)
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None  # noqa: S101 (for the type checker)
        # A pipe breaks where ffmpeg ends early: it says why.
        with suppress(BrokenPipeError):
            for pixels, milliseconds in zip(film.frames(), film.milliseconds, strict=True):
                for _ in range(milliseconds // beat):
                    process.stdin.write(_even(pixels).tobytes())
        with suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.returncode:
        reason = said.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        message = f"ffmpeg could not write the film: {reason[0]}"
        raise OutputError(message)
