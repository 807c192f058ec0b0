"""`cnncalc trace`: a whole network on one image, layer by layer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnncalc.cli.console import Terminal, note, output_console, working
from cnncalc.cli.figures import DRAWINGS, PIXELS, trace_figures
from cnncalc.cli.kept_layers import kept_layers
from cnncalc.cli.network_options import fitting_options, network_options, weight_options
from cnncalc.cli.options import (
    DisplayOptions,
    OutputOptions,
    display_options,
    input_options,
    writing_options,
)
from cnncalc.cli.play_options import PlayOptions, play_options
from cnncalc.cli.results import check_size, check_target, display_of, present
from cnncalc.errors import OutputError
from cnncalc.files.output import write_atomically
from cnncalc.files.paths import quoted, reason
from cnncalc.network import Array
from cnncalc.provenance import Provenance
from cnncalc.tasks.memory import Keep, keep_all
from cnncalc.tasks.network_options import FittingOptions, NetworkOptions, WeightOptions
from cnncalc.tasks.options import InputOptions
from cnncalc.tasks.tracing import (
    FittedImage,
    TracedImage,
    keep_last,
    pass_image,
    trace_image,
)
from cnncalc.trace import PassingTrace, Trace
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.layer_results import layer_drawings, render_layer, render_network
from cnncalc.views.terminal.screen import Drawing

if TYPE_CHECKING:
    from cnncalc.views.picture import Scaling

__all__ = ["trace"]

# Of pictures.
PIXELS_A_SECOND = 10_000_000

ENDINGS = (".html", *DRAWINGS, *PIXELS, ".json", ".xlsx", ".csv", ".npy")

output_options = writing_options(
    "Write the result: .svg .pdf .png .jpg .gif .webp (a figure), .html .json .xlsx .csv .npy; "
    "without an ending, a folder of pictures, one an activation map.",
    "Replace an existing FILE, or files in a folder.",
    pictures="the pictures",
    scale="minmax",
)


@click.command(epilog="Example: cnncalc trace 'Conv2D(2, 3); Flatten(); Dense(2, \"softmax\")'")
@network_options
@input_options
@click.option("--layer", "layer_name", metavar="NAME", help="Every step of one layer alone.")
@weight_options
@fitting_options
@play_options
@display_options
@output_options
def trace(
    wanted: NetworkOptions,
    given: InputOptions,
    layer_name: str | None,
    initial: WeightOptions,
    fitting: FittingOptions,
    playing: PlayOptions,
    look: DisplayOptions,
    target: OutputOptions,
) -> None:
    """Run INPUT through NETWORK and show what each layer makes of it, down to the class.

    NETWORK is layers in Keras calls, a file of them, a .keras file, or article. INPUT is as in
    convolve; where the network does not say its input's shape, it is the image's.
    """
    playing.require(look, target, "--layer NAME prints each step of a layer")
    folder = None if target.output is None or target.output.suffix else target.output
    file = target if folder is None else replace(target, output=None)
    check_target(file, given, ENDINGS)
    if folder is not None:
        _check_folder(folder, force=target.force)
    if look.form == "table" and target.output is None and layer_name is None and not playing.play:
        _print_layers(*pass_image(wanted, initial, given, fitting, Terminal()), display_of(look))
        return
    require = partial(check_size, file)
    keep: Keep = keep_all
    if look.form == "csv" and layer_name is None:
        keep = kept_layers(keep_last, look, file)
    if layer_name is not None and folder is None and not playing.play:
        keep = kept_layers(lambda layers, shape: (layer_name,), look, file)
    traced = trace_image(wanted, initial, given, fitting, Terminal(), require, keep)
    if playing.play:
        names, layer = traced.class_names, layer_name or ""
        from cnncalc.cli.playing import play_trace

        play_trace(traced.trace, display_of(look), playing, names, layer)
        return
    shown, origins = _drawing(traced, layer_name, display_of(look)), traced.provenance
    names = traced.class_names
    figures = trace_figures(traced.trace, look, file, origins, names, layer_name or "")
    present(traced.trace, shown, look, file, origins, figures, names, layer_name)
    if folder is not None:
        _write_maps(traced.trace, origins, folder, target.scale, force=target.force)


def _print_layers(fitted: FittedImage, trace: PassingTrace, display: Display) -> None:
    """Print each layer when it is calculated: none stays in memory that no other takes."""
    console, untrained = output_console(), fitted.provenance.untrained
    names = (fitted.image.name, fitted.class_names, untrained)
    drawings = layer_drawings(trace, display, *names)
    while (drawing := next(drawings, None)) is not None:
        console.print(drawing)
        # A name that still held it would hold the layer while the next one is calculated.
        del drawing


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


def _check_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder that can't be made or filled, before anything is computed for it.

    Raises OutputError, also for a folder that holds something already, unless `force`.
    """
    try:
        found = sorted(folder.iterdir()) if folder.exists() else []
        above = folder if folder.exists() else folder.resolve().parent
    except OSError as error:
        raise _unusable(folder, reason(error)) from error
    if found and not force:
        raise _unusable(folder, "it holds something already; name another, or add --force")
    if not above.is_dir():
        raise _unusable(folder, f"there is no folder {quoted(above)} to make it in")
    if not os.access(above, os.W_OK | os.X_OK):
        raise _unusable(folder, "permission denied")


def _unusable(folder: Path, why: str) -> OutputError:
    return OutputError(f"the output folder {quoted(folder)} can't be used: {why}")


def _write_maps(
    trace: Trace, provenance: Provenance, folder: Path, scale: Scaling, *, force: bool
) -> None:
    """Write the activation maps of every layer into a folder, and say how many they are."""
    from cnncalc.views.picture import encode_picture

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _unusable(folder, reason(error)) from error
    maps = list(_maps(trace))
    seconds = sum(values.size for _, values in maps) / PIXELS_A_SECOND
    with working("Writing pictures", seconds, len(maps)) as advance:
        for name, values in maps:
            with write_atomically(folder / name, force=force) as file:
                file.write(encode_picture(values, "png", scale, provenance).data)
            advance(1)
    how = (
        "0 is black, 255 is white"
        if scale == "clip"
        else "each from its lowest number, black, to its highest, white"
    )
    note(f"wrote {folder}: {len(maps)} pictures, one an activation map; {how}")


def _maps(trace: Trace) -> Iterator[tuple[str, Array]]:
    """Yield the file name and the numbers of each map; rows of numbers have none."""
    for place, layer in enumerate(trace.layers, start=1):
        if layer.output.ndim == 3:
            for channel in range(layer.output.shape[2]):
                yield f"{place:02}-{layer.name}-{channel:03}.png", layer.output[:, :, channel]
