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
    from cnncalc.calculator import Calculation, convolve, pool, pooling_layer, pooling_network
    from cnncalc.errors import CnncalcError
    from cnncalc.explanation import derive, explain, follow
    from cnncalc.geometry import output_size
    from cnncalc.network import Network, assemble, forward
    from cnncalc.summary import summarize
    from cnncalc.trace import Trace, record

__all__ = [
    "Calculation",
    "CnncalcError",
    "Network",
    "Trace",
    "__version__",
    "assemble",
    "convolve",
    "derive",
    "explain",
    "follow",
    "forward",
    "output_size",
    "pool",
    "pooling_layer",
    "pooling_network",
    "record",
    "summarize",
]

# Names are imported when they are first asked for: `cnncalc outsize` must not wait for NumPy.
_HOMES = {
    "Calculation": "calculator",
    "CnncalcError": "errors",
    "Network": "network",
    "Trace": "trace",
    "assemble": "network",
    "convolve": "calculator",
    "derive": "explanation",
    "explain": "explanation",
    "follow": "explanation",
    "forward": "network",
    "output_size": "geometry",
    "pool": "calculator",
    "pooling_layer": "calculator",
    "pooling_network": "calculator",
    "record": "trace",
    "summarize": "summary",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any public name)
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
