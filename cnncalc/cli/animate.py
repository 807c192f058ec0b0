"""`cnncalc animate`: a film in which a calculation plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import Terminal
from cnncalc.cli.export_options import network_export_options, training_export_options
from cnncalc.cli.options import bundled, calculation_options, input_options
from cnncalc.tasks.filming import write_film
from cnncalc.tasks.flow_reading import FlowRequest
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.options import CalculationOptions, InputOptions
from cnncalc.tasks.training_options import TrainingExport
from cnncalc.views.film.timing import DEFAULT_SPEED, DEFAULT_WIDTH, FilmLook

if TYPE_CHECKING:
    from cnncalc.cli.options import Decorator

__all__ = ["animate"]

look_options: Decorator = bundled(
    "look",
    FilmLook,
    click.option(
        "--width",
        type=int,
        default=DEFAULT_WIDTH,
        show_default=True,
        metavar="PIXELS",
        help="How wide the film is.",
    ),
    click.option(
        "--speed",
        type=float,
        default=DEFAULT_SPEED,
        show_default=True,
        metavar="N",
        help="So many scenes a second.",
    ),
    click.option(
        "--theme",
        type=click.Choice(["light", "dark", "print"]),
        default="light",
        show_default=True,
        help="On what it is shown.",
    ),
)


@click.command(epilog="Example: cnncalc animate article:6x6 --kernel edge -o edge.gif")
@input_options
@calculation_options
@network_export_options
@training_export_options
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="What a network's weights are drawn from, where there are no others.  [default: 0]",
)
@look_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The film: .gif, .webp, .mp4 (where ffmpeg is), or a folder, such as frames/, for a "
    "picture a frame.",
)
@click.option("--force", is_flag=True, help="Replace an existing FILE.")
def animate(
    given: InputOptions,
    wanted: CalculationOptions,
    whole: NetworkExport,
    training: TrainingExport,
    seed: int | None,
    look: FilmLook,
    output: Path,
    force: bool,
) -> None:
    """Write a film in which a calculation plays, number by number.

    With --kernel, your own calculation on INPUT with every option of convolve: the window slides,
    and the output fills up. With --network, a whole network, layer after layer, or with
    --training-steps its training, forward and back. The first frame shows the whole.
    """
    asked = FlowRequest(given, wanted, whole, training, seed)
    write_film(output, asked, look, Terminal(), force=force)
