"""A step of a training as a figure: samples forward, gradients back, and what weights become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.network import Array
from cnncalc.rules.ranges import network_ranges, range_of_numbers
from cnncalc.training_step.structure import StepRecord, WeightUpdate
from cnncalc.views.colors import ColorScale, Theme, fitted_scale, image_scale, scale_of
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
        pen.rows(list(_forward(record, sample, looks, class_names)), "arrow")
        pen.note("← Backward: gradients of the mean loss, from the last layer to the first")
        pen.gap(6)
        pen.rows(list(_backward(record, sample, looks)), "arrow")
        pen.rule()
    pen.heading("Update: the weights before, their gradient, the weights after")
    pen.gap(6)
    for update in record.updates:
        pen.rows(list(_update(update, looks)), "arrow")
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
    for step, found in zip(record.layers, ranges, strict=True):
        output = step.layer_output[sample]
        is_last = step is record.layers[-1]
        labels = class_names if is_last and len(class_names) == output.size else ()
        yield _box(step.layer.name, output, scale_of(output, found.output), looks, labels)


def _backward(record: StepRecord, sample: int, looks: Looks) -> Iterator[StageBox]:
    """Yield the gradient by what each layer's numbers are before its activation, last first."""
    for step in reversed(record.layers):
        if step.error is not None:
            error = step.error[sample]
            yield _box(step.layer.name, error, fitted_scale(error, is_signed=True), looks)


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
) -> StageBox:
    size = size_text(array.shape)
    options = {"is_image": is_image, "is_weight": is_weight}
    return measured(array_content(title, size, array, labels, **options), scale, looks)
