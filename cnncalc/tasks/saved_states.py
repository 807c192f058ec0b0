"""The state of a page as an input: its calculation again, with the numbers that were typed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from cnncalc.errors import CnncalcError, InputError
from cnncalc.files.paths import file_origin, printable, quoted
from cnncalc.files.pixels import PixelInput, pixel_values
from cnncalc.files.states import State, is_state, read_state
from cnncalc.network import Array, Network, Weights, initialize
from cnncalc.notation import write
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.calculations import TrainingPieces, least_training_formulas
from cnncalc.sheet.flow import make_flow
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.planning import is_calculation
from cnncalc.sheet.quantities import CLASS_NAMES, IMAGE, LABEL, TARGET
from cnncalc.sheet.size import least_formulas
from cnncalc.sheet.specification_lines import read_specifications
from cnncalc.sheet.training.inputs import class_of, training_network, wrong_input
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.training.settings import with_settings
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.values import as_written, calculated_network, input_shapes
from cnncalc.tasks.network_options import NetworkExport
from cnncalc.tasks.options import CalculationOptions, InputOptions
from cnncalc.training.metrics import class_count
from cnncalc.views.page.limits import MOST_FORMULAS
from cnncalc.wording import size_text

__all__ = ["SavedState", "refuse_state", "saved_state", "with_saved_network"]

# Nobody's page has more, and each of them costs time before the formulas can be counted.
MOST_LAYERS = 1000


@dataclass(frozen=True, eq=False)
class SavedState:
    """A calculation as a page left it: its `specification`, and what stands in its inputs."""

    path: Path
    specification: Specification
    inputs: Mapping[Quantity, Array]

    @property
    def network(self) -> Network:
        """The network with its weights as they stand; of a training, with its initial ones."""
        if self.specification.training is not None:
            return training_network(self.specification, self.inputs)
        return calculated_network(self.specification, self.inputs)

    @property
    def is_calculation(self) -> bool:
        """Whether it is what `convolve` or `pool` make, and no whole network."""
        return self.specification.layout in ("steps", "article") and is_calculation(self.network)

    @property
    def training(self) -> TrainingSpecification:
        """How it is trained.

        Raises InputError where it isn't.
        """
        found = self.specification.training
        if found is None:
            message = f"{quoted(self.path)} must be the state of a training. "
            raise InputError(message + "Received: one of a calculation")
        return found

    @property
    def image(self) -> PixelInput:
        """The image; of a training, its first sample.

        Raises InputError where there is none, as in the formula of an output's size.
        """
        key = IMAGE
        if self.specification.training is not None:
            key = Scope(*self.training.first_uses[self.training.batches[0][0]]).quantity(IMAGE)
        if key not in self.inputs:
            message = f"{quoted(self.path)} must be the state of a calculation on an image. "
            raise InputError(message + "Received: one without")
        values = pixel_values(self.inputs[key].reshape(self.specification.input_shape))
        name = printable(self.path.name)
        description = f"{name}: the image of a page, {size_text(values.shape)}"
        return PixelInput(values, name, description, "grid")

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called, in their order; empty where they have no names."""
        names = self.inputs.get(CLASS_NAMES)
        return () if names is None else tuple(names.ravel().tolist())

    @property
    def target(self) -> str | None:
        """The number of the true class, if there is one."""
        number = self.inputs.get(TARGET)
        if number is None:
            return None
        return str(class_of(number.item(), class_count(self.network.shapes[-1])))

    @property
    def origin(self) -> Origin:
        """The file that it was read from."""
        return file_origin(self.path)

    @property
    def weights_origin(self) -> Origin:
        """Where its weights come from: from a seed while they are as they were drawn."""
        seed, network = self.specification.drawn_from, self.network
        if seed is not None:
            drawn = initialize(network.layers, network.input_shape, seed)
            if all(map(_are_alike, drawn.weights, network.weights)):
                return Origin("seed", seed=seed)
        return self.origin

    def pieces(self, command: str) -> TrainingPieces:
        """Return the training that it is the state of.

        Raises InputError where it is none, or for a label that is no class.
        """
        training, network = self.training, self.network
        classes = class_count(network.shapes[-1])
        if found := wrong_input(training, classes, self.inputs):
            raise _unfit(self.path, str(found[1]))
        samples = []
        for _, use in sorted(training.first_uses.items()):
            image = self.inputs[Scope(*use).quantity(IMAGE)]
            label = self.inputs[Scope(*use).quantity(LABEL)].item()
            samples.append((image.reshape(network.input_shape), class_of(label, classes)))
        optimizer = with_settings(training.optimizer, self.inputs)
        trained = TrainingSpecification(
            training.loss, optimizer, training.batches, training.seed, training.steps_per_epoch
        )
        file = self.origin
        origins = Provenance(
            command, file, initial_weights=file, data=file, layers=write(network.layers)
        )
        title = self.specification.title
        return TrainingPieces(network, trained, tuple(samples), title, provenance=origins)


def _are_alike(drawn: Weights, now: Weights) -> bool:
    return all(np.array_equal(as_written(weight), now[name]) for name, weight in drawn.items())


def saved_state(path: Path) -> SavedState:
    """Read the state of a page, and put its calculation together again.

    Raises InputError where the file is no such state, or its numbers don't fit.
    """
    state, where = read_state(path), f"the state {quoted(path)}"
    try:
        specification = _one(read_specifications(state.lines, where), where)
        inputs = _inputs(specification, state, where)
    except (CnncalcError, ValueError) as error:
        raise _unfit(path, str(error)) from error
    return SavedState(path, specification, inputs)


def refuse_state(path: Path, what: str) -> None:
    """Raise InputError for the state of a page: what it is of, and which commands take it.

    Arguments: the `path` of a file of JSON, which may be another; `what` it must be and isn't.
    """
    try:
        saved = saved_state(path)
    except InputError:
        return  # an error of its own
    if saved.specification.training is not None:
        of, takers = "a training", "train --show-step N, summary"
    elif saved.is_calculation:
        of, takers = "a calculation", "show, convolve, pool"
    else:
        of, takers = "a network", "trace, explain, summary, show"
    message = (
        f"{quoted(path)} is the state of a page of {of}, and {what}: {takers}, export-xlsx, "
        "export-html and animate take it, and predict its image"
    )
    raise InputError(message)


def with_saved_network(
    given: InputOptions, wanted: CalculationOptions, whole: NetworkExport
) -> tuple[InputOptions, NetworkExport, bool]:
    """Return the options of an image and of a network, and whether that is to be trained.

    Where the image is named as the state of a network, that is the network, with its own image and
    target; all else stays as it is.
    """
    if not is_state(given.text) or whole.network is not None or wanted.kernels:
        return given, whole, False
    saved = saved_state(Path(str(given.text)))
    if saved.is_calculation:
        return given, whole, False
    target = saved.target if whole.target is None else whole.target
    whole = replace(whole, network=str(saved.path), target=target)
    return InputOptions(), whole, saved.specification.training is not None


def _one(specifications: Sequence[Specification], where: str) -> Specification:
    """Return the one calculation that a state is of, if it is no larger than anybody's."""
    if len(specifications) != 1:
        message = f"{where} must be of one calculation. Received: {len(specifications)}"
        raise InputError(message)
    layers = len(specifications[0].layers)
    if layers > MOST_LAYERS:
        message = f"{where} must have at most {MOST_LAYERS:,} layers. Received: {layers:,}"
        raise InputError(message)
    return specifications[0]


def _unfit(path: Path, why: str) -> InputError:
    return InputError(f"{quoted(path)} is no state that can be calculated: {why}")


def _inputs(specification: Specification, state: State, where: str) -> dict[Quantity, Array]:
    """Return what stands in each input; refused before anything large is made of it."""
    shapes = input_shapes(specification)
    expected, received = sum(map(prod, shapes.values())), sum(part.size for part in state.inputs)
    if expected != received:
        message = f"{where} must hold {expected:,} pixels and weights. Received: {received:,}"
        raise InputError(message)
    _require_moderate(specification, where)
    values = {
        quantity: np.full(shape, np.nan, dtype=object if quantity == CLASS_NAMES else float)
        for quantity, shape in shapes.items()
    }
    blocks = [
        block for part in make_flow(specification).slices for block in part.blocks if block.is_input
    ]
    for block, given in zip(blocks, state.inputs, strict=True):
        place = block.slice(values)
        is_text = given.dtype == object
        if given.shape != place.shape or is_text != (block.role == "name"):
            asked = _block_text(place.shape, is_text=block.role == "name")
            message = f"{where} must hold a block of {asked}. "
            raise InputError(message + f"Received: {_block_text(given.shape, is_text=is_text)}")
        place[...] = given
    return values


def _block_text(shape: Sequence[int], *, is_text: bool) -> str:
    return f"{size_text(shape)} {'names' if is_text else 'numbers'}"


def _require_moderate(specification: Specification, where: str) -> None:
    """Refuse what no page can have been of."""
    if specification.training is None:
        formulas = least_formulas(specification.layers, specification.input_shape)
    else:
        formulas = least_training_formulas(specification)
    if formulas > MOST_FORMULAS:
        message = f"{where} must be of at most {MOST_FORMULAS:,} formulas. Received: {formulas:,}"
        raise InputError(message)
