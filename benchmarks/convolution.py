"""Convolves a photo of 12 megapixels with cnncalc, OpenCV, SciPy and PyTorch.

In a photo of three channels each is convolved with the same kernel, as a photo is blurred. OpenCV
and SciPy know no strides and no "valid": what wasn't asked for is cut off, which costs nothing.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measuring import Command, check_same, commands_in_turns, in_turns
from benchmarks.on_photos import (
    PHOTO,
    ROUNDS,
    TINY,
    Array,
    Way,
    Work,
    before_cells,
    before_header,
    channels_first,
    color,
    photo,
    through_cases,
    turns_by_case,
)
from benchmarks.reporting import Asked, Part, program, table

KERNELS = (3, 5, 11)
MEGAPIXELS = (0.1, 1, 10, 100)
MATRIX = 2048


class Case(NamedTuple):
    """A photo's (height, width) and channels; its kernel's size; how the kernel slides."""

    size: tuple[int, int]
    kernel: int
    channels: int = 1
    padding: int = 0
    stride: int = 1
    dtype: str = "float32"

    def __str__(self) -> str:
        """Return what a table's line is called."""
        slides = "same" if self.padding else "valid"
        kernel = f"{self.kernel}×{self.kernel}"
        return f"{color(self.channels)} {kernel}, {slides}, stride {self.stride}"


def weights(case: Case) -> Array:
    """Return the kernel, (height, width)."""
    return np.random.default_rng(1).standard_normal((case.kernel, case.kernel)).astype(case.dtype)


def cut(result: Array, case: Case) -> Array:
    """Return the part of a result of the photo's size that was asked for."""
    edge = case.kernel // 2 - case.padding
    height, width = case.size
    return result[edge : height - edge : case.stride, edge : width - edge : case.stride]


def by_cnncalc(case: Case) -> Work:
    """Return the work by the library's operation."""
    from cnncalc.geometry import geometry
    from cnncalc.ops.convolution import depthwise_convolve

    window = geometry(case.size, case.kernel, case.stride, case.padding)
    images = photo(case.size, case.channels, case.dtype)[np.newaxis]
    kernel = np.repeat(weights(case)[:, :, np.newaxis, np.newaxis], case.channels, axis=2)
    return lambda: depthwise_convolve(images, kernel, window)[0]


def by_calculator(case: Case) -> Work:
    """Return the work by `cnncalc.convolve`, which checks what it is given and what comes out."""
    from cnncalc import convolve

    image, kernel = photo(case.size, case.channels, case.dtype)[:, :, 0], weights(case)
    slides: dict[str, Any] = {"padding": case.padding, "strides": case.stride}
    return lambda: convolve(image, kernel, **slides)[:, :, np.newaxis]


def by_opencv(case: Case) -> Work:
    """Return the work by filter2D."""
    import cv2

    image, kernel = photo(case.size, case.channels, case.dtype), weights(case)
    border = cv2.BORDER_CONSTANT
    return lambda: cut(
        cv2.filter2D(image, -1, kernel, borderType=border).reshape(image.shape), case
    )


def by_scipy(case: Case) -> Work:
    """Return the work by scipy.ndimage."""
    from scipy import ndimage

    image, kernel = photo(case.size, case.channels, case.dtype), weights(case)[:, :, np.newaxis]
    return lambda: cut(ndimage.correlate(image, kernel, mode="constant"), case)


def by_pytorch(case: Case) -> Work:
    """Return the work by conv2d, the channels first, as PyTorch has them."""
    import torch

    images = channels_first(case.size, case.channels, case.dtype)
    kernel = torch.tensor(weights(case)).repeat(case.channels, 1, 1, 1)
    slides = {"padding": case.padding, "stride": case.stride, "groups": case.channels}

    def work() -> Array:
        with torch.inference_mode():
            result = torch.nn.functional.conv2d(images, kernel, **slides)
        return np.asarray(result[0].permute(1, 2, 0))

    return work


CNNCALC: Way = ("cnncalc", by_cnncalc, ())
CALCULATOR: Way = ("cnncalc.convolve", by_calculator, ())
OPENCV: Way = ("OpenCV", by_opencv, ("cv2",))
SCIPY: Way = ("scipy.ndimage", by_scipy, ("scipy",))
PYTORCH: Way = ("PyTorch", by_pytorch, ("torch",))


def photos(channels: int, asked: Asked) -> Sequence[str]:
    """Measure photos of so many channels in float32."""
    size = TINY if asked.tiny else PHOTO
    cases = [
        Case(size, kernel, channels, padding, stride)
        for kernel in KERNELS
        for padding, stride in ((0, 1), (kernel // 2, 1), (kernel // 2, 2))
    ]
    ways = (CNNCALC, OPENCV, SCIPY, PYTORCH)
    found = turns_by_case(ways, cases, asked)
    rows = [
        (
            *(str(case), turns.seconds("cnncalc").scaled(1000)),
            *(turns.ratio("cnncalc", "scipy.ndimage"), turns.ratio("cnncalc", "PyTorch")),
            turns.ratio("OpenCV", "cnncalc"),
            *before_cells(asked, turns),
        )
        for case, turns in zip(cases, found, strict=True)
    ]
    header = (*_HEADER, *before_header(asked))
    same = " Each channel is convolved with the same kernel." if channels > 1 else ""
    return [f"{size[0]}×{size[1]}×{channels} numbers in float32.{same}", table(header, rows)]


_HEADER = (
    *("", "cnncalc, ms", "scipy.ndimage's time by ours (at least 1)"),
    *("PyTorch's time by ours (at least 1)", "our time by OpenCV's (at most 2)"),
)


def doubles(asked: Asked) -> Sequence[str]:
    """Measure grey photos in float64, with the calculator's own function as well.

    PyTorch lays out all windows at once for it: of 11×11 they would be 12 GB.
    """
    size = TINY if asked.tiny else PHOTO
    cases = [Case(size, kernel, dtype="float64") for kernel in KERNELS]
    ways = (CNNCALC, CALCULATOR, OPENCV, SCIPY)
    found = turns_by_case(ways, cases, asked)
    rows = [
        (
            *(str(case), turns.seconds("cnncalc").scaled(1000)),
            *(turns.ratio("cnncalc", "scipy.ndimage"), turns.ratio("OpenCV", "cnncalc")),
            turns.seconds("cnncalc.convolve").scaled(1000),
            *before_cells(asked, turns),
        )
        for case, turns in zip(cases, found, strict=True)
    ]
    checking = "cnncalc.convolve, which checks, ms"
    header = (*_HEADER[:3], _HEADER[4], checking, *before_header(asked))
    return [f"{size[0]}×{size[1]} numbers in float64.", table(header, rows)]


def by_copying(case: Case) -> Work:
    """Return the least of all works on a photo: to copy it into memory of its own."""
    return photo(case.size, case.channels, case.dtype).copy


def by_multiplying(case: Case) -> Work:
    """Return a product of two large matrices, with all the threads BLAS takes."""
    side = min(MATRIX, *case.size)
    matrix = np.random.default_rng(0).random((side, side), np.float32)
    return lambda: matrix @ matrix


def limits(asked: Asked) -> Sequence[str]:
    """Compare with how fast this machine copies memory and multiplies matrices."""
    size = TINY if asked.tiny else PHOTO
    cases = [Case(size, kernel) for kernel in KERNELS]
    ways = (CNNCALC, ("copy", by_copying, ()), ("sgemm", by_multiplying, ()))
    found = turns_by_case(ways, cases, asked, same=False)
    side = min(MATRIX, *size)
    rows = []
    for case, turns in zip(cases, found, strict=True):
        # A multiplication and an addition for each of the kernel's weights, at each pixel.
        needed = 2 * case.kernel**2 * size[0] * size[1] / (2 * side**3)
        rows.append(
            (
                *(str(case), turns.seconds("cnncalc").scaled(1000)),
                turns.ratio("cnncalc", "copy").scaled(100),
                turns.ratio("cnncalc", "sgemm").scaled(100 * needed),
            )
        )
    copy, sgemm = (found[0].seconds(name).middle for name in ("copy", "sgemm"))
    bandwidth = 2 * photo(size, 1, "float32").nbytes / copy / 1e9
    return [
        f"In the turns of the first row copying the photo takes {1000 * copy:.3g} ms "
        f"({bandwidth:.3g} GB/s, read and written), and a product of {side}×{side} numbers runs at "
        f"{2 * side**3 / sgemm / 1e9:.3g} GFLOP/s; each row is compared with those of its own "
        "turns. Of a convolution only what its formula asks for counts, no zeros.",
        table(("", "cnncalc, ms", "% of copying", "% of sgemm"), rows),
    ]


def growth(asked: Asked) -> Sequence[str]:
    """Measure photos of 0.1 to 100 megapixels, of the small ones many a turn."""
    megapixels = (0.01, 0.02) if asked.tiny else MEGAPIXELS
    heights = [round((count * 750_000) ** 0.5) for count in megapixels]
    sizes = [(height, round(height / 0.75)) for height in heights]
    contenders = [through_cases(f"{size}", repeated, (), [Case(size, kernel=5)]) for size in sizes]
    turns = in_turns(contenders, ROUNDS)
    rows = []
    for (height, width), contender in zip(sizes, contenders, strict=True):
        pixels = height * width
        a_photo = turns.seconds(contender.name).scaled(1 / repeats((height, width)))
        peak = turns.peak_megabytes(contender.name)
        rest = peak - 2 * pixels * 4 / 2**20
        rows.append(
            (
                *(f"{pixels / 1e6:.3g}", a_photo.scaled(1000), a_photo.scaled(1e9 / pixels)),
                *(f"{peak:.0f}", f"{rest:.0f}"),
            )
        )
    header = ("megapixels", "ms", "ns a pixel", "peak MB", "less photo and result")
    return ["cnncalc, 5×5 on grey photos in float32.", table(header, rows)]


def repeats(size: tuple[int, int]) -> int:
    """Return how many photos make at least 10 megapixels; three share what a first one costs."""
    return max(3, 10_000_000 // (size[0] * size[1]))


def repeated(case: Case) -> Work:
    """Return the work by the library's operation, on one photo again and again."""
    work, times = by_cnncalc(case), repeats(case.size)
    # Only sizes: results that are kept would take fresh memory, which costs more than their work.
    return lambda: np.array([[work().size for _ in range(times)]])


def command(asked: Asked) -> Sequence[str]:
    """Measure the command, from a JPEG to a PNG, and a program that does the same with OpenCV."""
    from PIL import Image

    height, width = TINY if asked.tiny else PHOTO
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, ours, theirs = (folder / file for file in ("photo.jpg", "ours.png", "theirs.png"))
        # Of mild colours: past the brightest and the darkest, decoders cut off differently.
        coarse = (photo((height // 20, width // 20), 3, "float32") * 128 + 64).astype(np.uint8)
        Image.fromarray(coarse).resize((width, height)).save(path)
        cnncalc = (Path(sys.executable).parent / "cnncalc", "convolve", path, "--kernel", "blur")
        opencv = (sys.executable, Path(__file__).parent / "peers" / "opencv_blur.py", path)
        commands = (
            Command("cnncalc", [*cnncalc, "--force", "-o", ours]),
            Command("OpenCV", [*opencv, theirs], ("cv2",)),
        )
        turns = commands_in_turns(commands, 2 if asked.tiny else 2 * ROUNDS)
        pictures = [np.asarray(Image.open(path), float) for path in (ours, theirs)]
    # The two decode JPEG's colours to greys that differ by a level, and halves either way.
    check_same("the picture", pictures[0], pictures[1], 3 / 255)
    rows = [
        (
            *(command.name, turns.seconds(command.name), turns.processor_seconds(command.name)),
            *(f"{turns.peak_megabytes(command.name):.0f}", turns.ratio("OpenCV", command.name)),
        )
        for command in commands
    ]
    header = ("", "seconds", "of the processor", "peak MB", "times as long as OpenCV")
    return [
        f"A JPEG of {height}×{width}, read as grey, blurred with 3×3 in float64, written as a PNG; "
        "cnncalc shows what it did as well.",
        table(header, rows),
    ]


PARTS: dict[str, Part] = {
    "grey": partial(photos, 1),
    "RGB": partial(photos, 3),
    "float64": doubles,
    "limits": limits,
    "growth": growth,
    "command": command,
}

if __name__ == "__main__":
    program("convolution", PARTS, against=True)
