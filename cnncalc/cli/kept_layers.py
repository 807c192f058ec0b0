"""Which layers' steps a command needs: of a large network, only those that it shows."""

from __future__ import annotations

from cnncalc.cli.options import DisplayOptions, OutputOptions
from cnncalc.tasks.memory import Keep, keep_all

__all__ = ["kept_layers"]

# Files of one layer's numbers; all others are of the whole calculation.
ONE_LAYER = (".csv", ".npy")


def kept_layers(shown: Keep, look: DisplayOptions, target: OutputOptions) -> Keep:
    """Return which layers are kept: those `shown`, or all where what is written holds them all."""
    is_file = target.output is not None and target.output.suffix.lower() not in ONE_LAYER
    return keep_all if is_file or look.form == "json" else shown
