"""What one step draws of a network: each layer forward and backward, for one sample or for all.

All is named as if there were one step and one sample; a `Scope` tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnncalc.errors import OptionError, unknown_kind
from cnncalc.layers import BatchNormalization, Dropout, Layer, Shape
from cnncalc.sheet.blocks import Finder, Index
from cnncalc.sheet.gathering import Drawn, drawn_layers
from cnncalc.sheet.layers.batch_normalization import (
    normalization_training_volumes,
    statistics_volumes,
)
from cnncalc.sheet.layers.copies import dropout_training_volumes
from cnncalc.sheet.layers.network import (
    image_source,
    layer_volumes,
)
from cnncalc.sheet.layers.windows import image_volume
from cnncalc.sheet.plan import STAY, Block, Quantity, Reference, Specification, Step
from cnncalc.sheet.quantities import is_shared
from cnncalc.sheet.training.backward import BackwardPass, backward_passes, named
from cnncalc.sheet.training.loss import LossPass, is_joined, loss_pass
from cnncalc.sheet.training.penalties import Penalty, penalty_volumes, with_penalty
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.volumes import Source, Volume
from cnncalc.trace.stage_names import HelperName

__all__ = [
    "LayerPass",
    "NetworkPass",
    "Scope",
    "batch_volumes",
    "network_pass",
    "training_volumes",
]


@dataclass(frozen=True)
class LayerPass:
    """What one layer draws in a step.

    `weights` are what a user may enter of it, `shared` what follows from them alone, and
    `penalties` what keeps them small; `batch` is what all samples have in common, and `moved` the
    weights that follow from it; `forward` and `backward` are one sample's; `gradients` are those by
    the weights, of all samples.
    """

    layer: Layer
    weights: tuple[Volume, ...]
    shared: tuple[Volume, ...]
    penalties: tuple[Penalty, ...]
    batch: tuple[Volume, ...]
    moved: tuple[Volume, ...]
    forward: tuple[Volume, ...]
    backward: tuple[Volume, ...]
    gradients: tuple[Volume, ...]


@dataclass(frozen=True)
class NetworkPass:
    """What a network draws in a step: the image, each layer, and the loss.

    `shapes` are those of what each layer takes in.
    """

    image: Volume
    layers: tuple[LayerPass, ...]
    loss: LossPass
    shapes: tuple[Shape, ...]


def network_pass(specification: Specification, samples: int) -> NetworkPass:
    """Return what a step draws whose batch has so many samples.

    Raises OptionError, ShapeError for what no workbook can show, naming the layer.
    """
    training = _training(specification)
    layers = specification.layers
    # The image stands by itself, and a layer that pads it draws a copy.
    image = replace(image_source(specification.input_shape), is_drawn=True)
    forward = list(drawn_layers(layers, image, _forward))
    loss = loss_pass(layers, training.loss, forward[-1].result, samples)
    own_loss = is_joined(layers, training.loss)
    backward = backward_passes(forward, loss.gradient, samples, is_joined=own_loss)
    passes = tuple(_layer_pass(*pair, samples) for pair in zip(forward, backward, strict=True))
    shapes = tuple(drawn.source.shape for drawn in forward)
    return NetworkPass(image_volume(image), passes, loss, shapes)


def _training(specification: Specification) -> TrainingSpecification:
    if specification.training is None:
        message = "a training must be specified. Received: none"
        raise OptionError(message)
    return specification.training


def _forward(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    with named(layer):
        return training_volumes(layer, source)


def training_volumes(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws in training, and what the next one takes in; as `layer_volumes`."""
    match layer:
        case BatchNormalization() if layer.needs_batch:
            return normalization_training_volumes(layer, source)
        case Dropout() if layer.rate:
            return dropout_training_volumes(layer, source)
        case Dropout():
            return layer_volumes(layer, source)
    if layer.needs_batch or layer.is_random:
        raise TypeError(
            unknown_kind("what training changes must have cells in sheet/training/passes.py", layer)
        )
    return layer_volumes(layer, source)


def batch_volumes(layer: Layer, source: Source, samples: int) -> list[Volume]:
    """Return what a layer draws of a whole batch in training: means and variances, if any."""
    if not layer.needs_batch:
        return []
    if not isinstance(layer, BatchNormalization):
        raise TypeError(
            unknown_kind(
                "what needs a whole batch must have cells in sheet/training/passes.py", layer
            )
        )
    return statistics_volumes(layer, source, samples)


def _layer_pass(forward: Drawn, back: BackwardPass, samples: int) -> LayerPass:
    drawn = forward.volumes
    order = list(forward.layer.weight_shapes(forward.source.shape))
    entered = [volume for volume in drawn if volume.quantity.kind == "weight"]
    weights = tuple(sorted(entered, key=lambda volume: order.index(volume.quantity.name)))
    helpers = tuple(v for v in drawn if is_shared(v.quantity) and v not in weights)
    of_sample = [volume for volume in drawn if not is_shared(volume.quantity)]
    # A dense layer's inputs stand before what becomes of them, and not with its weights.
    inputs = [
        _described_inputs(volume)
        for volume in of_sample
        if volume.quantity.name == HelperName.INPUTS
    ]
    of_sample = inputs + [
        volume for volume in of_sample if volume.quantity.name != HelperName.INPUTS
    ]
    of_batch = batch_volumes(forward.layer, forward.source, samples)
    return LayerPass(
        forward.layer,
        tuple(map(_described_weight, weights)),
        (*helpers, *back.shared),
        tuple(penalty_volumes(forward.layer, weights)),
        tuple(volume for volume in of_batch if volume.quantity.kind != "update"),
        tuple(volume for volume in of_batch if volume.quantity.kind == "update"),
        tuple(of_sample),
        tuple(back.volumes),
        tuple(with_penalty(forward.layer, gradient) for gradient in back.gradients),
    )


def _described_inputs(volume: Volume) -> Volume:
    return replace(volume, title="Inputs", rule="What the layer takes in, number by number.")


def _described_weight(volume: Volume) -> Volume:
    """Return a weight with a sentence of its own, where its layer's stands beside another one."""
    rule = f"The {volume.quantity.name.replace('_', ' ')} of each output: type over any of them."
    return replace(volume, rule=volume.rule or rule)


@dataclass(frozen=True)
class Scope:
    """A step, counted from 1, and a sample of its batch, counted from 0; None for all of them."""

    step: int
    sample: int | None = None

    def quantity(self, local: Quantity) -> Quantity:
        """Return the name that a quantity has in a training.

        >>> Scope(2, 0).quantity(Quantity("stage", "conv2d", "convolution"))[3:]
        (2, 0)
        >>> Scope(2, 0).quantity(Quantity("weight", "conv2d", "kernel"))[3:]
        (2, None)
        """
        if is_shared(local):
            return local._replace(step=self.step)
        # Sums over a batch name the samples themselves.
        sample = self.sample if local.sample is None else local.sample
        return local._replace(step=self.step, sample=sample)

    def volume(self, local: Volume) -> Volume:
        """Return a volume for this step and sample."""

        def draw(index: Index, find: Finder) -> tuple[Block, ...]:
            scoped = _ScopedFinder(find.places, find.sheet, self)
            return tuple(
                replace(block, quantity=self.quantity(block.quantity))
                for block in local.draw(index, scoped)
            )

        return replace(local, quantity=self.quantity(local.quantity), draw=draw)


@dataclass(frozen=True)
class _ScopedFinder(Finder):
    """Finds what a layer names, in the step and the sample that it is drawn for."""

    scope: Scope

    def __call__(
        self,
        quantity: Quantity,
        index: Index,
        size: tuple[int, int] = (1, 1),
        steps: tuple[Step, Step] = (STAY, STAY),
    ) -> Reference:
        return super().__call__(self.scope.quantity(quantity), index, size, steps)
