"""Where a trace comes from, and what its image is called, whoever recorded it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnncalc.notation import write
from cnncalc.provenance import Origin, Provenance
from cnncalc.trace import Trace

__all__ = ["TitledTrace", "image_name", "trace_origins"]


@dataclass(frozen=True)
class TitledTrace:
    """A trace to be written, where it came from, and its `title`, or what its image is called.

    Of a network, the `class_names` and the number of the `target` class, if there are any.
    """

    trace: Trace
    provenance: Provenance
    title: str
    class_names: Sequence[str] = ()
    target: int | None = None


def trace_origins(trace: Trace) -> Provenance:
    """Return where a trace comes from; of a Network and an array, that both are from Python."""
    origins = trace.provenance or Provenance(
        network=Origin("Python", "a network"), layers=write(trace.network.layers)
    )
    if origins.image is not None and origins.image.kind != "Python":
        return origins
    shape = "×".join(map(str, trace.input.values.shape))
    return replace(origins, image=Origin("Python", f"an image, {shape}"))


def image_name(origins: Provenance | None) -> str:
    """Return what an image is called: its file's name, or how an array's description begins."""
    origin = None if origins is None else origins.image
    if origin is None:
        return "image"
    if origin.kind == "Python":
        return origin.name.partition(": ")[0]
    return origin.name or origin.kind
