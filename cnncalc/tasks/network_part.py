"""A part of a large network as a workbook or a page: the formulas behind one number alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cnncalc.errors import OptionError
from cnncalc.layers import Layer, Shape
from cnncalc.layers.graph import IMAGE_PLACE
from cnncalc.part import PartPlan, cut_image, cut_network, part_depths, plan_part
from cnncalc.sheet.size import least_formulas
from cnncalc.sheet.values import trace_as_written
from cnncalc.tasks.arguments import Caller
from cnncalc.tasks.export_forms import TitledTrace
from cnncalc.tasks.tracing import FittedImage
from cnncalc.trace import record

__all__ = ["NO_PART", "PartOptions", "PartRequest", "require_part_alone"]


@dataclass(frozen=True)
class PartOptions:
    """A part of a network: the number that it is behind, and how far back it goes."""

    layer_name: str | None = None
    at: tuple[int, ...] | None = None
    depth: int | None = None


NO_PART = PartOptions()


def require_part_alone(asked: PartOptions, *, has_network: bool, is_training: bool) -> None:
    """Refuse options of a part without the network that it is of, and a part without a number."""
    if asked == NO_PART:
        return
    if not has_network or is_training:
        message = "--layer, --at and --depth are of a part of --network, without --training-steps. "
        raise OptionError(message + f"Received: {'a training' if is_training else 'no --network'}")
    if asked.layer_name is None or asked.at is None:
        lacks = "--layer" if asked.layer_name is None else "--at"
        message = "a part of a network lies behind one number, --layer NAME --at ROW,COL,CHANNEL. "
        raise OptionError(message + f"Received: no {lacks}")


@dataclass(frozen=True)
class PartRequest:
    """The part that is asked for, and how many formulas it may have at most."""

    layer_name: str
    at: tuple[int, ...]
    depth: int | None
    most: float

    def plan(self, layers: Sequence[Layer], input_shape: Shape) -> PartPlan:
        """Plan the part.

        Raises OptionError where it has too many formulas, with the depth that would do.
        """
        plan = plan_part(layers, input_shape, self.layer_name, self.at, self.depth)
        formulas = least_formulas(plan.layers, plan.input_shape)
        if formulas > self.most:
            message = (
                f"a part of a network is of at most {self.most:,} formulas: "
                f"{self._advice(layers, input_shape)}. Received: one of at least {formulas:,}"
            )
            raise OptionError(message)
        return plan

    def _advice(self, layers: Sequence[Layer], input_shape: Shape) -> str:
        """Say how far back a part of few enough formulas reaches."""
        fitting = ""
        for plan in part_depths(layers, input_shape, self.layer_name, self.at):
            formulas = least_formulas(plan.layers, plan.input_shape)
            if formulas > self.most:
                break
            fitting = f"--depth {plan.depth} has at least {formulas:,}"
        return fitting or "name a layer that comes earlier"

    def keep(self, layers: Sequence[Layer], input_shape: Shape) -> Collection[str]:
        """Return the layer whose result the part begins with, None for the image."""
        plan = self.plan(layers, input_shape)
        return () if plan.first == IMAGE_PLACE else (plan.part.image.name,)

    def titled(self, fitted: FittedImage, caller: Caller) -> TitledTrace:
        """Calculate as far as the part begins, and then the part as cells will."""
        network, image = fitted.network, fitted.image
        plan = self.plan(network.layers, network.input_shape)
        caller.remark(_said(plan))
        with caller.working(f"Calculating on {image.name}", 0):
            kept = self.keep(network.layers, network.input_shape)
            before = record(network, image.values, keep=kept)
            values = before.output
        part = cut_network(plan, network)
        trace = trace_as_written(part, cut_image(plan, values))
        at = ",".join(map(str, self.at))
        title = f"{self.layer_name} at {at}, of a network on {image.name}"
        return TitledTrace(trace, fitted.provenance, title, part=plan.part)


def _said(plan: PartPlan) -> str:
    layers = "layer" if plan.depth == 1 else "layers"
    return f"the part begins with {plan.part.image.words}, {plan.depth} {layers} back"
