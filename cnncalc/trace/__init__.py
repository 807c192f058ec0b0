"""The step-by-step record of a network's work on one image; every view reads from it.

A trace multiplies and sums by itself, apart from `ops`, so that the two can be tested against
each other. Past `windows.OWN_PRODUCTS_LIMIT` products a layer (a photo), it takes `ops`' result.
"""

from cnncalc.trace.memory import trace_bytes
from cnncalc.trace.recording import record
from cnncalc.trace.stage_names import GradientName, HelperName, StageName, partial_name
from cnncalc.trace.structure import LayerTrace, Stage, Trace

__all__ = [
    "GradientName",
    "HelperName",
    "LayerTrace",
    "Stage",
    "StageName",
    "Trace",
    "partial_name",
    "record",
    "trace_bytes",
]
