"""A folder of pictures: each activation map of each layer in a file of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cnncalc.cli.console import note
from cnncalc.cli.working import working
from cnncalc.errors import OutputError
from cnncalc.files.output import write_atomically
from cnncalc.files.paths import quoted, reason
from cnncalc.network import Array
from cnncalc.provenance import Provenance
from cnncalc.trace import Trace

if TYPE_CHECKING:
    from cnncalc.views.picture import Scaling

__all__ = ["check_folder", "write_maps"]

PIXELS_A_SECOND = 10_000_000


def check_folder(folder: Path, *, force: bool) -> None:
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


def write_maps(
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
