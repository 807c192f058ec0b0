"""One training step in the terminal: forward, loss, backward, update, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from rich.text import Text

from cnncalc.training_step.structure import StepRecord
from cnncalc.training_step.vanishing import find_vanished
from cnncalc.views.terminal.gradients import BACKWARD, draw_layer_gradients
from cnncalc.views.terminal.layer_results import draw_network
from cnncalc.views.terminal.losses import draw_losses
from cnncalc.views.terminal.screen import Display, Drawing, Screen
from cnncalc.views.terminal.updates import draw_updates

__all__ = ["SAMPLES_IN_FULL", "StepContext", "render_step"]

# Of so many samples every step is shown, unless some layer gives more numbers than a screen holds.
SAMPLES_IN_FULL = 2
SMALL_VOLUME = 1000
FEW_SLICES = 4
FORWARD = "bold cyan"


@dataclass(frozen=True)
class StepContext:
    """What a step's record does not say.

    `where` tells its place in the training; `class_names` and `sample_names` are in the order of
    classes and samples, empty where there are none; `untrained` stands where the network would name
    a class, if its weights are those that were drawn.
    """

    where: str = ""
    class_names: Sequence[str] = ()
    sample_names: Sequence[str] = ()
    untrained: str = ""


def render_step(record: StepRecord, display: Display, context: StepContext) -> Drawing:
    """Render a training step: each sample's way forward, the losses, the gradients, the update.

    Arguments: the `record`; how to `display` it: small numbers keep their digits, and all samples
    are shown if it is `full`, else the first two, or one of a large network; the `context`.
    """
    samples = len(record.images) if display.full else _samples_in_full(record)
    display = replace(display, significant=True)

    def draw(screen: Screen) -> Iterator[Text]:
        few = replace(screen, display=replace(display, most_slices=FEW_SLICES))
        yield from _draw_heading(record, context, screen)
        for sample in range(samples):
            yield from _draw_forward(record, sample, context, screen)
        yield from draw_losses(record, samples, context.class_names, screen, context.untrained)
        yield screen.line("← Backward · gradients of the mean loss", BACKWARD)
        for vanished in find_vanished(record):
            yield from screen.sentences(vanished.text)
        yield screen.line()
        for step in reversed(record.layers):
            if step.error is not None or step.input is not None:
                yield from draw_layer_gradients(record, step, samples, few)
        yield from draw_updates(record, screen)

    return Drawing(display, draw)


def _samples_in_full(record: StepRecord) -> int:
    is_small = max(map(prod, record.network.shapes)) <= SMALL_VOLUME
    return min(len(record.images), SAMPLES_IN_FULL if is_small else 1)


def _draw_heading(record: StepRecord, context: StepContext, screen: Screen) -> Iterator[Text]:
    count = len(record.labels)
    samples = f"{count} sample" + "s" * (count > 1)
    title = f"Step {record.number}{f' · {context.where}' if context.where else ''} · {samples}"
    yield screen.line(title, "bold")
    yield screen.line()


def _draw_forward(
    record: StepRecord, sample: int, context: StepContext, screen: Screen
) -> Iterator[Text]:
    yield screen.line(f"→ Forward · {_sample_text(record, sample, context)}", FORWARD)
    yield screen.line()
    trace, names = record.trace(sample), context.class_names
    yield from draw_network(trace, screen, class_names=names, untrained=context.untrained)
    yield screen.line()


def _sample_text(record: StepRecord, sample: int, context: StepContext) -> str:
    label, names = int(record.labels[sample]), context.class_names
    which = f", which is {context.sample_names[sample]}" if context.sample_names else ""
    class_name = names[label] if label < len(names) else str(label)
    return f"sample {sample}{which} · class {class_name}"
