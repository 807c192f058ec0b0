"""A network's pass over an image, as a workbook shows it: what it calculates, and its values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.classification import classify
from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.sheet.plan import Specification, Values
from cnncalc.sheet.planning import specify_network
from cnncalc.sheet.texts import clean_text
from cnncalc.sheet.values import prediction_values, untrained_values
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.training.metrics import class_count

__all__ = ["network_calculation"]


def network_calculation(
    trace: Trace,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    drawn_from: int | None = None,
) -> tuple[Specification, Values]:
    """Return the specification and the values of a network's workbook, a sheet a layer.

    Arguments: the `trace`, made by `trace_as_written`; a `title`; the `class_names` in the order of
    their numbers, if there are any; the `target`, the true class's number, to take the
    cross-entropy of; the seed that the weights were `drawn_from`, if they were: then no class is
    named until others are typed over them.
    Raises OptionError for class names or a target that the output does not fit, InputError for a
    target that is no class.
    """
    names = _class_names(trace, class_names)
    number = None if target is None else np.array([[float(target)]])
    specification = specify_network(
        trace.network,
        title,
        has_class_names=names is not None,
        has_target=number is not None,
        drawn_from=drawn_from if classify(trace) else None,
    )
    values = {**trace_values(trace), **prediction_values(trace, names, number)}
    return specification, {**values, **untrained_values(specification, values)}


def _class_names(trace: Trace, class_names: Sequence[str]) -> Array | None:
    """Return the names as cells hold them, a column of texts."""
    if not class_names:
        return None
    count = class_count(trace.output.shape)
    if len(class_names) != count:
        message = f"there must be a name for each of the {count} classes. "
        raise OptionError(message + f"Received: {len(class_names)} names")
    names = [clean_text(name) or f"class {number}" for number, name in enumerate(class_names)]
    return np.array(names, dtype=object)[:, np.newaxis]
