"""Writing a film in which a calculation plays: number by number, or layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnncalc.errors import OptionError
from cnncalc.files.output import check_output, output_ending, write_atomically
from cnncalc.layers import PoolingLayer, Shape
from cnncalc.shapes import whole_number
from cnncalc.tasks.argument_checks import (
    as_path,
    as_texts,
    local,
    named,
    optional_path,
    require_flag,
)
from cnncalc.tasks.arguments import (
    Caller,
    DataLike,
    ImageLike,
    KernelLike,
    NetworkLike,
    Say,
    ignore,
)
from cnncalc.tasks.convolving import calculation_options
from cnncalc.tasks.flows import FlowRequest, NumberedFlow, read_flow, trace_flow
from cnncalc.tasks.inputs import keep_input
from cnncalc.tasks.options import InputOptions, NetworkExport, require_choice, require_reals
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.trace import Trace

if TYPE_CHECKING:
    from cnncalc.files.films import Film, FilmForm

__all__ = ["FilmOptions", "export_film", "write_film"]

FORMS: dict[str, FilmForm] = {".gif": "gif", ".webp": "webp", ".mp4": "mp4"}
THEMES = ("light", "dark", "print")
# On a screen and in a page as wide as most; in mails and on slides.
DEFAULT_WIDTH, LEAST_WIDTH, MOST_WIDTH = 960, 160, 3840
DEFAULT_SPEED = 4.0
FRAMES_A_SECOND = 20

Theme = Literal["light", "dark", "print"]


@dataclass(frozen=True)
class FilmOptions:
    """How a film looks: its `width` in pixels, its `speed` in scenes a second, its `theme`."""

    width: int = DEFAULT_WIDTH
    speed: float = DEFAULT_SPEED
    theme: Theme = "light"

    def __post_init__(self) -> None:
        require_reals(self, "speed")
        require_choice(self.theme, "theme", THEMES)
        width = whole_number(self.width, "width")
        if not LEAST_WIDTH <= width <= MOST_WIDTH:
            message = f"a film is {LEAST_WIDTH} to {MOST_WIDTH} pixels wide. "
            raise OptionError(message + f"Received: width={width}")
        object.__setattr__(self, "width", width)
