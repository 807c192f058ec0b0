"""What the tests of the terminal share: screens of a fixed kind, and small traces."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper

import numpy as np
from rich.color import ColorSystem
from rich.console import Console

from cnncalc.article import GRIDS
from cnncalc.calculator import Calculation
from cnncalc.rules.ranges import ANY
from cnncalc.trace import Trace, record
from cnncalc.views.colors import scale_of
from cnncalc.views.terminal.screen import Display, Screen

CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def image(name="6x6"):
    """One of the article's grids as (height, width, channels)."""
    array = np.array(GRIDS[name], dtype=np.float64)
    return array if array.ndim == 3 else array[:, :, np.newaxis]


def kernels(*slices):
    """2-D kernels as Keras's (height, width, 1, filters)."""
    return np.stack(slices, axis=-1)[:, :, np.newaxis, :].astype(np.float64)


def calculated(values, kernel, **options) -> Trace:
    """The trace of `cnncalc convolve`."""
    return record(Calculation(kernel, **options).network(values.shape), values)


def screen(width=80, height=25, colors=None, encoding="utf-8", **display):
    """A screen, plain unless it is given `colors`."""
    return Screen(width, height, colors, encoding, Display(**display))


def color_screen(width=80, height=25, encoding="utf-8", **display):
    return Screen(width, height, ColorSystem.TRUECOLOR, encoding, Display(**display))


def plain(block):
    """The text of lines without their style, as it goes to a file."""
    return [line.plain.rstrip() for line in block]


def alone(*explanations):
    """Explanations of which no trace is known, and scales of two signs for their inputs."""
    layers = (explanation.layer for explanation in explanations)
    return explanations, {layer.name: scale_of(layer.input, ANY) for layer in layers}


def printed(renderable, width=80, encoding="utf-8", color_system=None, **console):
    """What a console of a fixed kind writes."""
    file = TextIOWrapper(BytesIO(), encoding=encoding, newline="")
    Console(
        file=file,
        width=width,
        height=25,
        color_system=color_system,
        force_terminal=color_system is not None,
        legacy_windows=False,
        _environ={},
        **console,
    ).print(renderable)
    file.flush()
    return file.buffer.getvalue().decode(encoding)
