"""A calculation in flow, with all its numbers: what pages, films and notebooks show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.network import Array
from cnncalc.part.structure import Part
from cnncalc.provenance import Provenance
from cnncalc.rules.ranges import range_of_numbers
from cnncalc.sheet.calculations import TrainingPieces, network_calculation, training_calculation
from cnncalc.sheet.flow import Flow, make_flow
from cnncalc.sheet.plan import StageScale, Values
from cnncalc.sheet.planning import is_calculation, specify
from cnncalc.sheet.scales import stage_scales
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.views.colors import image_scale

__all__ = ["NumberedFlow", "trace_flow", "training_flow"]


@dataclass(frozen=True, eq=False)
class NumberedFlow:
    """A `flow` with the `values` of its blocks, and where these came from."""

    flow: Flow
    values: Values
    provenance: Provenance

    @property
    def scales(self) -> tuple[StageScale, ...]:
        """What the numbers of each stage look like."""
        return stage_scales(
            self.flow, range_of_numbers(self._pixels), is_article=self.provenance.is_of_article
        )

    @property
    def highest(self) -> float:
        """The level that its pixels end at: 255, 16 of the digits, or 1 of shares."""
        return image_scale(self._pixels, is_article=self.provenance.is_of_article).high

    @property
    def _pixels(self) -> Array:
        """The numbers of all images; where there are none, it is as if they were black."""
        images = (stage.volume.quantity for stage in self.flow.stages if stage.volume.is_image)
        return np.concatenate([np.zeros(1), *(np.ravel(self.values[image]) for image in images)])


def trace_flow(
    trace: Trace,
    provenance: Provenance | None = None,
    title: str = "",
    class_names: Sequence[str] = (),
    target: int | None = None,
    part: Part | None = None,
) -> NumberedFlow:
    """Return a trace as what it is of: a calculation, or a network.

    Arguments: the `trace`; the `provenance` of its numbers, None for its own; a `title`; of a
    network the classes' names and the `target` class, if there are any, and the `part` of a
    larger one that it is.
    Raises OptionError for names or a target that the output does not fit.

    >>> from cnncalc.calculator import pooling_layer, pooling_network
    >>> from cnncalc.trace import record
    >>> trace = record(pooling_network((2, 2), pooling_layer("max")), [[1, 5], [3, 2]])
    >>> [stage.volume.title for stage in trace_flow(trace).flow.stages]
    ['Image', 'Max pooling']
    """
    origins = provenance or trace.provenance or Provenance()
    if is_calculation(trace.network) and not part:
        return NumberedFlow(make_flow(specify(trace.network, title)), trace_values(trace), origins)
    specification, values = network_calculation(
        trace, title, class_names, target, origins.drawn_from, part
    )
    return NumberedFlow(make_flow(specification), values, origins)


def training_flow(pieces: TrainingPieces) -> NumberedFlow:
    """Return the steps of a training: forward, back, and what the weights become."""
    specification, values = training_calculation(pieces)
    return NumberedFlow(make_flow(specification), values, pieces.provenance)
