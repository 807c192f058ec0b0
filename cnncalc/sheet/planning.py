"""The one way from specifications to a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.layers import Combine, InputLayer, Layer, PoolingLayer, WindowLayer
from cnncalc.layers.graph import IMAGE
from cnncalc.network import Network
from cnncalc.part.structure import Part
from cnncalc.sheet.layers.network import network_volumes
from cnncalc.sheet.layouts.article import article_sheet, output_size_sheet
from cnncalc.sheet.layouts.drawing import groups
from cnncalc.sheet.layouts.network import network_sheets
from cnncalc.sheet.layouts.one_sheet import fits_one_sheet, one_sheet, sheets_a_stage
from cnncalc.sheet.layouts.sheet_parts import Job, SheetNames
from cnncalc.sheet.layouts.training import training_sheets
from cnncalc.sheet.plan import Plan, Sheet, Specification
from cnncalc.sheet.training.specification import TrainingSpecification

__all__ = ["is_calculation", "make_plan", "specify", "specify_network", "specify_training"]


def specify(network: Network, title: str = "") -> Specification:
    """Return the specification of a network's calculation, without its weights."""
    return Specification(title, network.layers, network.input_shape)


def is_calculation(network: Network) -> bool:
    """Tell whether a network is what `convolve` or `pool` make: one window, and what follows it.

    So is what `show` makes, pixels without any layer. Everything else has a sheet a layer.
    """
    first, later = network.layers[:1], network.layers[1:]
    return all(isinstance(layer, WindowLayer) for layer in first) and all(
        isinstance(layer, Combine | PoolingLayer) for layer in later
    )


def specify_network(
    network: Network,
    title: str = "",
    *,
    has_class_names: bool = False,
    has_target: bool = False,
    drawn_from: int | None = None,
    part: Part | None = None,
) -> Specification:
    """Return the specification of a network, a sheet a layer.

    Arguments: the network; its `title`; whether its classes have names, and whether there is a
    target to take the cross-entropy of; the seed that its weights were `drawn_from`, if they were;
    the `part` of a larger network that it is, if it is one.
    """
    return Specification(
        title,
        _without_input(network),
        network.input_shape,
        "network",
        has_class_names=has_class_names,
        has_target=has_target,
        drawn_from=drawn_from,
        part=part,
    )


def _without_input(network: Network) -> tuple[Layer, ...]:
    """Return the layers that calculate: the input stands by itself, called as `IMAGE`."""
    names = {layer.name for layer in network.layers if isinstance(layer, InputLayer)}
    return tuple(
        replace(layer, inputs=tuple(IMAGE if name in names else name for name in layer.inputs))
        for layer in network.layers
        if not isinstance(layer, InputLayer)
    )


def specify_training(
    network: Network, training: TrainingSpecification, title: str = "", note: str = ""
) -> Specification:
    """Return the specification of a network's training, a sheet a step."""
    layers = _without_input(network)
    return Specification(title, layers, network.input_shape, "training", note, training=training)


def make_plan(specifications: Sequence[Specification]) -> Plan:
    """Plan a workbook: always the same sheets and cells for the same specifications.

    Raises ShapeError for a layer that no workbook can hold.

    >>> from cnncalc.layers import MaxPooling2D
    >>> pool = Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1))
    >>> [(block.range, block.role) for block in make_plan([pool]).sheets[0].blocks]
    [('B6:E9', 'pixels'), ('G6:H7', 'formula')]
    """
    names = SheetNames()
    sheets: list[Sheet] = []
    for number, specification in enumerate(specifications):
        prefix = specification.title.partition(":")[0] if len(specifications) > 1 else ""
        sheets += _sheets(Job(specification, number, names, prefix))
    return Plan(tuple(specifications), tuple(sheets))


def _sheets(job: Job) -> list[Sheet]:
    match job.specification.layout, job.specification.training:
        case "article", None:
            return [article_sheet(job)]
        case "output size", None:
            return [output_size_sheet(job)]
        case "network", None:
            return network_sheets(job)
        case "training", TrainingSpecification() as training:
            return training_sheets(job, training)
        case "steps", None:
            drawn = groups(network_volumes(job.specification))
            return [one_sheet(job, drawn)] if fits_one_sheet(drawn) else sheets_a_stage(job, drawn)
        case layout, training:
            trained = "no training" if training is None else "a training"
            message = f"a layout must be one that is planned here. Received: {layout!r}, {trained}"
            raise TypeError(message)
