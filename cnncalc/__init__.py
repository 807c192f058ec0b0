"""Shows, checks and trains a convolutional network by hand.

>>> import cnncalc
>>> cnncalc.output_size(32, 3, padding=0, strides=1)
30
>>> cnncalc.convolve([[1, 2], [3, 4]], [[1, 0], [0, 1]])
array([[5.]])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnncalc._version import __version__

if TYPE_CHECKING:
    from cnncalc.calculator import Calculation, pooling_layer, pooling_network
    from cnncalc.cases import check_cases
    from cnncalc.errors import CnncalcError
    from cnncalc.explanation import derive, follow
    from cnncalc.geometry import output_size
    from cnncalc.network import Network, assemble, forward
    from cnncalc.tasks.convolving import calculate, convolve, pool
    from cnncalc.tasks.evaluating import evaluate
    from cnncalc.tasks.explaining import explain, explain_gradient
    from cnncalc.tasks.exporting import export_page, export_training, export_workbook
    from cnncalc.tasks.filming import export_film
    from cnncalc.tasks.inputs import read_image
    from cnncalc.tasks.networks import summarize
    from cnncalc.tasks.predicting import predict
    from cnncalc.tasks.tracing import record
    from cnncalc.tasks.training import record_training_step, train
    from cnncalc.tasks.verification import verify
    from cnncalc.trace import Trace

__all__ = [
    "Calculation",
    "CnncalcError",
    "Network",
    "Trace",
    "__version__",
    "assemble",
    "calculate",
    "check_cases",
    "convolve",
    "derive",
    "evaluate",
    "explain",
    "explain_gradient",
    "export_film",
    "export_page",
    "export_training",
    "export_workbook",
    "follow",
    "forward",
    "output_size",
    "pool",
    "pooling_layer",
    "pooling_network",
    "predict",
    "read_image",
    "record",
    "record_training_step",
    "summarize",
    "train",
    "verify",
]

# Names are imported when they are first asked for: `cnncalc outsize` must not wait for NumPy.
_HOMES = {
    "Calculation": "calculator",
    "CnncalcError": "errors",
    "Network": "network",
    "Trace": "trace",
    "assemble": "network",
    "calculate": "tasks.convolving",
    "check_cases": "cases",
    "convolve": "tasks.convolving",
    "derive": "explanation",
    "evaluate": "tasks.evaluating",
    "explain": "tasks.explaining",
    "explain_gradient": "tasks.explaining",
    "export_film": "tasks.filming",
    "export_page": "tasks.exporting",
    "export_training": "tasks.exporting",
    "export_workbook": "tasks.exporting",
    "follow": "explanation",
    "forward": "network",
    "output_size": "geometry",
    "pool": "tasks.convolving",
    "pooling_layer": "calculator",
    "pooling_network": "calculator",
    "predict": "tasks.predicting",
    "read_image": "tasks.inputs",
    "record": "tasks.tracing",
    "record_training_step": "tasks.training",
    "summarize": "tasks.networks",
    "train": "tasks.training",
    "verify": "tasks.verification",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any public name)
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
