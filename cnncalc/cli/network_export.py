"""The options of `export-xlsx` for a whole network, and the workbook that they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from cnncalc.cli.console import note
from cnncalc.cli.network_argument import NetworkOptions, WeightOptions
from cnncalc.cli.network_request import FitOptions, fit_image
from cnncalc.cli.options import InputOptions, bundled
from cnncalc.cli.types import SHAPE
from cnncalc.cli.workbooks import export_network
from cnncalc.errors import OptionError
from cnncalc.files.output import write_atomically
from cnncalc.files.paths import did_you_mean, quoted
from cnncalc.layers import Shape
from cnncalc.sheet.planning import make_plan, specify_network
from cnncalc.sheet.size import least_formulas
from cnncalc.training.metrics import class_count
from cnncalc.views.workbook.export import trace_as_written
from cnncalc.views.workbook.limits import require_formulas, require_limits

__all__ = [
    "NetworkExport",
    "class_number",
    "network_export_options",
    "require_network",
    "write_network",
]


@dataclass(frozen=True)
class NetworkExport:
    """A whole network to export, for which input, with which weights, classes and target."""

    network: str | None
    input_shape: Shape | None
    weights: Path | None
    resize: bool
    class_names: str | None
    target: str | None


NO_NETWORK = NetworkExport(None, None, None, resize=False, class_names=None, target=None)

network_export_options = bundled(
    "whole",
    NetworkExport,
    click.option(
        "--network", "-n", metavar="NETWORK", help="A whole network, a sheet a layer; as in trace."
    ),
    click.option(
        "--input-shape", type=SHAPE, metavar="H,W,C", help="What the network takes: 28,28,1."
    ),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Take the network's weights of a .keras or .weights.h5 file; else --seed draws them.",
    ),
    click.option("--resize", is_flag=True, help="Resize an image to what the network takes."),
    click.option(
        "--class-names", metavar="A,B,…", help="What the classes are called, in their order."
    ),
    click.option(
        "--target", metavar="CLASS", help="The true class: adds the cross-entropy of the output."
    ),
)


def require_network(whole: NetworkExport) -> None:
    """Refuse options of a network where none is given."""
    if whole != NO_NETWORK:
        message = (
            "--input-shape, --weights, --resize, --class-names and --target need --network. "
            "Received: none"
        )
        raise OptionError(message)


def write_network(
    path: Path, given: InputOptions, whole: NetworkExport, seed: int, *, force: bool, large: bool
) -> None:
    """Read a network and its input, and write the workbook.

    Arguments: the `path` to write; the input's options; the network's; the `seed` of its weights.
    """
    fitted = fit_image(
        NetworkOptions(str(whole.network), whole.input_shape),
        WeightOptions(whole.weights, seed),
        given,
        FitOptions(whole.resize, whole.class_names),
    )
    network, names = fitted.network, fitted.class_names
    target = class_number(whole.target, names, class_count(network.shapes[-1]))
    # Before anything is computed, which may take long, as a plan of many cells does, too.
    least = least_formulas(network.layers, network.input_shape)
    require_formulas(least, large=large, words="at least ")
    require_limits(make_plan([specify_network(network)]), large=large)
    trace, origins = trace_as_written(network, fitted.image.values), fitted.provenance
    title = f"A network on {fitted.image.name}"
    with write_atomically(path, force=force) as file:
        said = export_network(file, trace, origins, title, names, target, large=large)
    note(f"wrote {path} ({said})")


def class_number(text: str | None, names: Sequence[str], classes: int) -> int | None:
    """Return the number of a class that is given by its name or its number.

    Arguments: the `text` as written, None where none is; the classes' `names`, if they have any;
    how many `classes` there are.
    Raises OptionError for what is no class.
    """
    if text is None or text in names:
        return None if text is None else names.index(text)
    if not text.isascii() or not text.isdecimal() or int(text) >= classes:
        known = f", or one of {', '.join(names)}" if names else ""
        message = f"--target must be a class: 0 to {classes - 1}{known}. Received: {quoted(text)}"
        raise OptionError(message + did_you_mean(text, names))
    return int(text)
