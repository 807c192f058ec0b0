"""The step-by-step record of a network's work on one image; every view reads from it.

A trace multiplies and sums by itself, apart from `ops`, so that the two can be tested against
each other. Past `windows.OWN_PRODUCTS_LIMIT` products a layer (a photo), it takes `ops`' result.
"""

from cnncalc.trace.memory import layer_bytes, trace_bytes
from cnncalc.trace.recording import record, record_passing
from cnncalc.trace.stage_names import GradientName, HelperName, StageName, partial_name
from cnncalc.trace.structure import LayerTrace, PassingTrace, Stage, Trace

__all__ = [
    "GradientName",
    "HelperName",
    "LayerTrace",
    "PassingTrace",
    "Stage",
    "StageName",
    "Trace",
    "layer_bytes",
    "partial_name",
    "record",
    "record_passing",
    "trace_bytes",
]
