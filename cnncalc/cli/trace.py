"""`cnncalc trace`: a whole network on one image, layer by layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from cnncalc.cli.map_folder import check_folder, write_maps
from cnncalc.cli.network_argument import (
    NetworkOptions,
    WeightOptions,
    network_options,
    weight_options,
)
from cnncalc.cli.network_request import FitOptions, TracedImage, fit_options, trace_image
from cnncalc.cli.options import (
    DisplayOptions,
    InputOptions,
    OutputOptions,
    bundled,
    display_options,
    input_options,
)
from cnncalc.cli.results import check_target, display_of, present
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.screen import Drawing
from cnncalc.views.terminal.summary import render_layer, render_network

__all__ = ["trace"]

ENDINGS = (".html", ".svg", ".json", ".xlsx", ".csv", ".npy")

output_options = bundled(
    "target",
    OutputOptions,
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Write the result: .html .svg .json .xlsx .csv .npy; without an ending, a folder of "
        "pictures, one an activation map.",
    ),
    click.option("--force", is_flag=True, help="Replace an existing FILE, or files in a folder."),
    click.option(
        "--scale",
        type=click.Choice(["clip", "minmax"]),
        default="minmax",
        show_default=True,
        help="Grey levels of the pictures: clip to 0–255, or stretch the lowest and highest value.",
    ),
)


@click.command(epilog="Example: cnncalc trace 'Conv2D(2, 3); Flatten(); Dense(2, \"softmax\")'")
@network_options
@input_options
@click.option("--layer", "layer_name", metavar="NAME", help="Every step of one layer alone.")
@weight_options
@fit_options
@display_options
@output_options
def trace(
    wanted: NetworkOptions,
    given: InputOptions,
    layer_name: str | None,
    initial: WeightOptions,
    fitting: FitOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Run INPUT through NETWORK and show what each layer makes of it, down to the class.

    NETWORK is layers in Keras calls, a file of them, a .keras file, or article. INPUT is as in
    convolve; where the network does not say its input's shape, it is the image's.
    """
    if _is_folder(target):
        _check_folder(target)
    else:
        check_target(target, given, ENDINGS)
    traced = trace_image(wanted, initial, given, fitting)
    shown = _drawing(traced, layer_name, display_of(look))
    origins, names = traced.provenance, traced.class_names
    if target.output is None or not _is_folder(target):
        present(traced.trace, shown, look, target, origins, names, layer_name)
    else:
        terminal = replace(target, output=None)
        present(traced.trace, shown, look, terminal, origins, names, layer_name)
        write_maps(traced.trace, traced.provenance, target.output, target.scale, force=target.force)


def _is_folder(target: OutputOptions) -> bool:
    return target.output is not None and not target.output.suffix


def _check_folder(target: OutputOptions) -> None:
    if target.output is not None:
        check_folder(target.output, force=target.force)


def _drawing(traced: TracedImage, layer_name: str | None, display: Display) -> Drawing:
    if layer_name is None:
        return render_network(
            traced.trace,
            display,
            traced.image.name,
            traced.class_names,
            traced.provenance.untrained,
        )
    return render_layer(traced.trace, layer_name, display, traced.class_names)
