"""A step of a training as a figure: samples forward, gradients back, and what weights become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnncalc.layers.graph import IMAGE
from cnncalc.network import Array
from cnncalc.rules.ranges import network_ranges, range_of_numbers
from cnncalc.training_step.branches import names_taken, takings
from cnncalc.training_step.structure import StepRecord, WeightUpdate
from cnncalc.views.colors import ColorScale, Theme, fitted_scale, image_scale, scale_of
from cnncalc.views.figure.flow_layout import SignKind
from cnncalc.views.figure.pen import Pen
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.figure.stage_boxes import StageBox
from cnncalc.views.figure.stage_contents import array_content
from cnncalc.views.figure.stage_measuring import Looks, measured
from cnncalc.views.numbers import format_number
from cnncalc.wording import size_text

__all__ = ["draw_step"]

_MOST_SAMPLES, _LARGEST_IMAGE, _LARGEST_PIXEL = 2, 140.0, 16.0
# So many things stand in a step that few of them are drawn as numbers.
_MOST_NUMBERS = 24


def draw_step(
    record: StepRecord,
    decimals: int,
    theme: Theme,
    class_names: Sequence[str] = (),
    where: str = "",
    title: str = "",
) -> Drawing:
    """Return a step of a training as a figure.

    Arguments: its `record`; at most so many `decimals`; the `theme`; the `class_names`, if there
    are any; `where` in the training it is; the figure's `title`, for who doesn't see it.
    """
    pen = Pen(theme, decimals)
    largest = max(record.images.shape[1:3])
    looks = Looks(min(_LARGEST_PIXEL, _LARGEST_IMAGE / largest), decimals, _MOST_NUMBERS)
    count = len(record.labels)
    heading = [f"Step {record.number}", where, f"{count} sample{'s' * (count > 1)}"]
    pen.heading(" · ".join(filter(None, [*heading, f"loss {format_number(record.loss)}"])))
    pen.gap()
    for sample in range(min(len(record.images), _MOST_SAMPLES)):
        pen.heading(_sample_text(record, sample, class_names))
        pen.gap(6)
        pen.rows(list(_forward(record, sample, looks, class_names)), _arrows_forward(record))
        pen.note("← Backward: gradients of the mean loss, from the last layer to the first")
        pen.gap(6)
        pen.rows(list(_backward(record, sample, looks)), _arrows_backward(record))
        pen.rule()
    pen.heading("Update: the weights before, their gradient, the weights after")
    pen.gap(6)
    for update in record.updates:
        pen.rows(list(_update(update, looks)), ["arrow", "arrow"])
    return pen.finished(title)


def _sample_text(record: StepRecord, sample: int, class_names: Sequence[str]) -> str:
    label = int(record.labels[sample])
    name = class_names[label] if label < len(class_names) else str(label)
    loss = format_number(float(record.losses[sample]))
    return f"→ Sample {sample} · class {name} · loss {loss}"


def _forward(
    record: StepRecord, sample: int, looks: Looks, class_names: Sequence[str]
) -> Iterator[StageBox]:
    """Yield the sample and what each layer makes of it."""
    image = record.images[sample]
    of = range_of_numbers(record.images)
    scale = scale_of(image, of) if of.is_signed else image_scale(record.images)
    yield _box("Image", image, scale, looks, is_image=True)
    network = record.network
    ranges = network_ranges(network.layers, network.input_shape, of)
    for place, (step, found) in enumerate(zip(record.layers, ranges, strict=True)):
        output = step.layer_output[sample]
        of_others = _of(names_taken(network.layers, place), _before(record, place))
        is_last = step is record.layers[-1]
        labels = class_names if is_last and len(class_names) == output.size else ()
        scale = scale_of(output, found.output)
        yield _box(step.layer.name, output, scale, looks, labels, said=of_others)


def _backward(record: StepRecord, sample: int, looks: Looks) -> Iterator[StageBox]:
    """Yield the gradient by what each layer's numbers are before its activation, last first."""
    drawn = _with_error(record)
    for behind, place in zip([None, *drawn], drawn, strict=False):
        error = record.layers[place].error
        assert error is not None  # noqa: S101 (those with one are drawn)
        from_others = (
            "" if behind is None else _of(_hand_back(record, place), _name(record, behind))
        )
        scale = fitted_scale(error[sample], is_signed=True)
        name = _name(record, place)
        yield _box(name, error[sample], scale, looks, said=from_others)


def _with_error(record: StepRecord) -> list[int]:
    """Return the places of the layers to which a gradient comes back, the last first."""
    places = range(len(record.layers) - 1, -1, -1)
    return [place for place in places if record.layers[place].error is not None]


def _name(record: StepRecord, place: int) -> str:
    return record.layers[place].layer.name


def _before(record: StepRecord, place: int) -> str:
    return _name(record, place - 1) if place else IMAGE


def _hand_back(record: StepRecord, place: int) -> list[str]:
    """Return who hands a gradient back to the layer at a place."""
    return [_name(record, taking.place) for taking in takings(record.network.layers, place)]


def _of(names: Sequence[str], before: str) -> str:
    """Say what a stage is made of, where that isn't the one before it alone."""
    return "" if list(names) == [before] else f" of {' and '.join(names)}"


def _arrows_forward(record: StepRecord) -> list[SignKind | None]:
    """Return an arrow to each layer that takes the result before it."""
    layers = record.network.layers
    return [
        "arrow" if _before(record, place) in names_taken(layers, place) else None
        for place in range(len(layers))
    ]


def _arrows_backward(record: StepRecord) -> list[SignKind | None]:
    """Return an arrow to each layer to which the one before it hands a gradient back."""
    return [
        "arrow" if _name(record, behind) in _hand_back(record, place) else None
        for behind, place in pairwise(_with_error(record))
    ]


def _update(update: WeightUpdate, looks: Looks) -> Iterator[StageBox]:
    name = f"{update.layer} {update.weight}"
    titled = (
        (name, update.before),
        ("Gradient", update.gradient),
        ("After the step", update.after),
    )
    for title, array in titled:
        scale = fitted_scale(array, is_signed=True)
        yield _box(title, array, scale, looks, is_weight=True)


def _box(
    title: str,
    array: Array,
    scale: ColorScale,
    looks: Looks,
    labels: Sequence[str] = (),
    *,
    is_image: bool = False,
    is_weight: bool = False,
    said: str = "",
) -> StageBox:
    size = size_text(array.shape) + said
    options = {"is_image": is_image, "is_weight": is_weight}
    return measured(array_content(title, size, array, labels, **options), scale, looks)
