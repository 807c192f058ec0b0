"""What one step made of each weight: number by number before, gradient, state, after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.optimizers import SGD, Adam, Optimizer, RMSprop
from cnncalc.training_step.structure import Position, StepRecord, WeightUpdate
from cnncalc.views.numbers import format_number
from cnncalc.views.terminal.blocks import body_screen, indented
from cnncalc.views.terminal.equations import Equation, draw_equation, equals, in_formula, signed
from cnncalc.views.terminal.gradients import largest_position
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.slices import MOST_NUMBERS
from cnncalc.views.terminal.tables import draw_aligned
from cnncalc.views.terminal.volumes import size_text

__all__ = ["constant", "draw_rate_equation", "draw_update_equations", "draw_updates", "update_rule"]


def constant(value: float) -> str:
    """Write a constant of an optimizer with all its digits.

    >>> constant(0.999), constant(1e-7)
    ('0.999', '1e-7')
    """
    return format_number(value, 15, significant=True)


def update_rule(optimizer: Optimizer) -> list[str]:
    """Return what an optimizer does to a weight in words, a line a step."""
    decay = optimizer.weight_decay
    rules = [] if decay is None else [f"weight = weight − weight × {constant(decay)} × rate"]
    match optimizer:
        case SGD():
            return rules + _sgd_rule(optimizer)
        case RMSprop():
            return rules + _rmsprop_rule(optimizer)
        case Adam():
            return rules + _adam_rule(optimizer)
    raise TypeError(type(optimizer).__name__)


def _sgd_rule(optimizer: SGD) -> list[str]:
    if not optimizer.momentum:
        return ["weight = weight − rate × gradient"]
    first = f"momentum = {constant(optimizer.momentum)} × momentum − rate × gradient"
    if not optimizer.nesterov:
        return [first, "weight = weight + momentum"]
    return [first, f"weight = weight + {constant(optimizer.momentum)} × momentum − rate × gradient"]


def _rmsprop_rule(optimizer: RMSprop) -> list[str]:
    rho = f"{constant(optimizer.rho)}"
    rules = [f"velocity = {rho} × velocity + (1 − {rho}) × gradient²"]
    spread = "velocity"
    if optimizer.centered:
        rules.append(f"average_gradient = {rho} × average_gradient + (1 − {rho}) × gradient")
        spread = "velocity − average_gradient²"
    step = f"rate × gradient / √({spread} + {constant(optimizer.epsilon)})"
    if not optimizer.momentum:
        return [*rules, f"weight = weight − {step}"]
    rules.append(f"momentum = {constant(optimizer.momentum)} × momentum + {step}")
    return [*rules, "weight = weight − momentum"]


def _adam_rule(optimizer: Adam) -> list[str]:
    rules = [
        f"momentum = momentum + (gradient − momentum) × (1 − {constant(optimizer.beta_1)})",
        f"velocity = velocity + (gradient² − velocity) × (1 − {constant(optimizer.beta_2)})",
    ]
    spread = "velocity"
    if optimizer.amsgrad:
        rules.append("velocity_hat = max(velocity_hat, velocity)")
        spread = "velocity_hat"
    epsilon = f"{constant(optimizer.epsilon)}"
    return [*rules, f"weight = weight − corrected rate × momentum / (√{spread} + {epsilon})"]


def draw_rate_equation(record: StepRecord, screen: Screen) -> Iterator[Text]:
    """Draw Adam's correction of the learning rate; nothing for another optimizer."""
    optimizer, step = record.optimizer, record.iteration
    if not isinstance(optimizer, Adam) or record.corrected_rate is None:
        return
    first, second = f"{constant(optimizer.beta_1)}", f"{constant(optimizer.beta_2)}"
    rate = screen.shown(record.rate)
    found = rate * sqrt(1 - optimizer.beta_2**step) / (1 - optimizer.beta_1**step)
    sign = equals(record.corrected_rate, found, screen)
    text = (
        f"corrected rate {screen.number(record.corrected_rate)} {sign} "
        f"{screen.number(record.rate)} × √(1 − {second}^{step}) / (1 − {first}^{step})"
    )
    yield from screen.sentences(text)


@dataclass(frozen=True)
class _Number:
    """One number of a weight in this step, and how its equations are written."""

    record: StepRecord
    update: WeightUpdate
    at: Position
    screen: Screen

    def before(self, slot: str) -> float:
        return float(self.update.slots_before[slot][self.at])

    def after(self, slot: str) -> float:
        return float(self.update.slots_after[slot][self.at])

    @property
    def gradient(self) -> float:
        return float(self.update.clipped[self.at])

    @property
    def rate(self) -> float:
        return self.record.rate

    @property
    def decayed(self) -> float:
        """The weight after weight decay, where there is any."""
        weight = float(self.update.before[self.at])
        return weight - weight * (self.record.optimizer.weight_decay or 0.0) * self.rate

    @property
    def result(self) -> float:
        return float(self.update.after[self.at])

    def equation(
        self,
        name: str,
        result: float,
        template: str,
        work_out: Callable[..., float],
        **values: float,
    ) -> Equation:
        """Return "name result = formula" with all values.

        Arguments: the `template` of the formula with the names of the values in braces;
        `work_out`, which works it out from the values, as they are printed, by name.
        """
        texts = {key: in_formula(self.screen.number(each)) for key, each in values.items()}
        shown = {key: self.screen.shown(each) for key, each in values.items()}
        sign = equals(result, work_out(**shown), self.screen)
        return Equation(
            f"{name} {signed(self.screen.number(result))} {sign} {template.format(**texts)}", ()
        )


def draw_update_equations(
    record: StepRecord, update: WeightUpdate, at: Position, screen: Screen
) -> Iterator[Text]:
    """Draw what the optimizer made of one number of a weight.

    Arguments: the `record` and one of its `updates`; `at`, a position in the weight; the screen.
    """
    number = _Number(record, update, at, screen)
    for equation in (*_beforehand(number), *_RULES[_kind(record.optimizer)](number)):
        yield from draw_equation(equation, screen)


def _kind(optimizer: Optimizer) -> type[Optimizer]:
    return next(kind for kind in _RULES if isinstance(optimizer, kind))


def _beforehand(number: _Number) -> Iterator[Equation]:
    """Yield what clipping and weight decay did."""
    whole = float(number.update.gradient[number.at])
    if whole != number.gradient:
        text = number.screen.number
        yield Equation(
            f"gradient {signed(text(number.gradient))}, clipped from {signed(text(whole))}", ()
        )
    decay = number.record.optimizer.weight_decay
    if decay is not None:
        yield number.equation(
            "decayed weight",
            number.decayed,
            f"{{weight}} − {{weight}}×{constant(decay)}×{{rate}}",
            lambda weight, rate: weight - weight * decay * rate,
            weight=float(number.update.before[number.at]),
            rate=number.rate,
        )


def _sgd(number: _Number) -> Iterator[Equation]:
    optimizer = number.record.optimizer
    assert isinstance(optimizer, SGD)  # noqa: S101 (the table of rules says so)
    own = {"gradient": number.gradient, "rate": number.rate}
    if not optimizer.momentum:
        yield number.equation(
            "weight",
            number.result,
            "{weight} − {rate}×{gradient}",
            lambda weight, rate, gradient: weight - rate * gradient,
            weight=number.decayed,
            **own,
        )
        return
    yield from _with_momentum(number, optimizer, own)


def _with_momentum(number: _Number, optimizer: SGD, own: dict[str, float]) -> Iterator[Equation]:
    share = optimizer.momentum
    yield number.equation(
        "momentum",
        number.after("momentum"),
        f"{constant(share)}×{{momentum}} − {{rate}}×{{gradient}}",
        lambda momentum, rate, gradient: share * momentum - rate * gradient,
        momentum=number.before("momentum"),
        **own,
    )
    if optimizer.nesterov:
        yield number.equation(
            "weight",
            number.result,
            f"{{weight}} + {constant(share)}×{{momentum}} − {{rate}}×{{gradient}}",
            lambda weight, momentum, rate, gradient: weight + share * momentum - rate * gradient,
            weight=number.decayed,
            momentum=number.after("momentum"),
            **own,
        )
    else:
        yield number.equation(
            "weight",
            number.result,
            "{weight} + {momentum}",
            lambda weight, momentum: weight + momentum,
            weight=number.decayed,
            momentum=number.after("momentum"),
        )


def _rmsprop(number: _Number) -> Iterator[Equation]:
    optimizer = number.record.optimizer
    assert isinstance(optimizer, RMSprop)  # noqa: S101 (the table of rules says so)
    yield from _moving_means(number, optimizer)
    yield from _scaled_step(number, optimizer)


def _moving_means(number: _Number, optimizer: RMSprop) -> Iterator[Equation]:
    rho = optimizer.rho
    yield number.equation(
        "velocity",
        number.after("velocity"),
        f"{constant(rho)}×{{velocity}} + (1 − {constant(rho)})×{{gradient}}²",
        lambda velocity, gradient: rho * velocity + (1 - rho) * gradient**2,
        velocity=number.before("velocity"),
        gradient=number.gradient,
    )
    if optimizer.centered:
        yield number.equation(
            "average_gradient",
            number.after("average_gradient"),
            f"{constant(rho)}×{{average}} + (1 − {constant(rho)})×{{gradient}}",
            lambda average, gradient: rho * average + (1 - rho) * gradient,
            average=number.before("average_gradient"),
            gradient=number.gradient,
        )


def _scaled_step(number: _Number, optimizer: RMSprop) -> Iterator[Equation]:
    """Yield what the gradient over the root of its mean square made of momentum and weight."""
    epsilon, share = optimizer.epsilon, optimizer.momentum
    spread, values = "{velocity}", {"velocity": number.after("velocity")}
    if optimizer.centered:
        spread = "{velocity} − {average}²"
        values["average"] = number.after("average_gradient")

    def increment(rate: float, gradient: float, velocity: float, average: float = 0.0) -> float:
        return rate * gradient / _root(velocity - average**2 + epsilon)

    step = f"{{rate}}×{{gradient}} / √({spread} + {constant(epsilon)})"
    values |= {"rate": number.rate, "gradient": number.gradient}
    if not share:
        yield number.equation(
            "weight",
            number.result,
            f"{{weight}} − {step}",
            lambda weight, **own: weight - increment(**own),
            weight=number.decayed,
            **values,
        )
        return
    yield number.equation(
        "momentum",
        number.after("momentum"),
        f"{constant(share)}×{{momentum}} + {step}",
        lambda momentum, **own: share * momentum + increment(**own),
        momentum=number.before("momentum"),
        **values,
    )
    yield number.equation(
        "weight",
        number.result,
        "{weight} − {momentum}",
        lambda weight, momentum: weight - momentum,
        weight=number.decayed,
        momentum=number.after("momentum"),
    )


def _root(value: float) -> float:
    """Return a square root; of numbers that rounding made negative or 0, nothing to divide by."""
    return sqrt(value) if value > 0 else nan


def _larger(hat: float, velocity: float) -> float:
    return max(hat, velocity)


def _adam(number: _Number) -> Iterator[Equation]:
    optimizer = number.record.optimizer
    assert isinstance(optimizer, Adam)  # noqa: S101 (the table of rules says so)
    yield from _moments(number, optimizer)
    spread, epsilon = "velocity", optimizer.epsilon
    if optimizer.amsgrad:
        spread = "velocity_hat"
        yield number.equation(
            "velocity_hat",
            number.after("velocity_hat"),
            "max({hat}, {velocity})",
            _larger,
            hat=number.before("velocity_hat"),
            velocity=number.after("velocity"),
        )
    yield number.equation(
        "weight",
        number.result,
        f"{{weight}} − {{rate}}×{{momentum}} / (√{{spread}} + {constant(epsilon)})",
        lambda weight, rate, momentum, spread: (
            weight - rate * momentum / (sqrt(spread) + epsilon or nan)
        ),
        weight=number.decayed,
        rate=number.record.corrected_rate or 0.0,
        momentum=number.after("momentum"),
        spread=number.after(spread),
    )


def _moments(number: _Number, optimizer: Adam) -> Iterator[Equation]:
    first, second = optimizer.beta_1, optimizer.beta_2
    yield number.equation(
        "momentum",
        number.after("momentum"),
        f"{{momentum}} + ({{gradient}} − {{momentum}})×(1 − {constant(first)})",
        lambda momentum, gradient: momentum + (gradient - momentum) * (1 - first),
        momentum=number.before("momentum"),
        gradient=number.gradient,
    )
    yield number.equation(
        "velocity",
        number.after("velocity"),
        f"{{velocity}} + ({{gradient}}² − {{velocity}})×(1 − {constant(second)})",
        lambda velocity, gradient: velocity + (gradient**2 - velocity) * (1 - second),
        velocity=number.before("velocity"),
        gradient=number.gradient,
    )


_RULES: Mapping[type[Optimizer], Callable[[_Number], Iterator[Equation]]] = {
    SGD: _sgd,
    RMSprop: _rmsprop,
    Adam: _adam,
}


# Of a weight of more numbers, the first so many are listed.
MOST_ROWS = 9


def draw_updates(record: StepRecord, screen: Screen) -> Iterator[Text]:
    """Draw the optimizer's rule, and what it made of each weight."""
    yield screen.line(f"Update · {write_optimizer(record.optimizer)}", "bold")
    for rule in update_rule(record.optimizer):
        yield from screen.sentences(rule, FAINT)
    rate = list(draw_rate_equation(record, body_screen(screen)))
    if rate:
        yield screen.line()
        yield from indented(rate, screen)
    if record.frozen:
        names = ", ".join(record.frozen)
        yield screen.line()
        text = f"Frozen, so that their weights stay as they are: {names}."
        yield from indented(body_screen(screen).sentences(text, FAINT), screen)
    for update in record.updates:
        yield from indented(_draw_update(record, update, body_screen(screen)), screen)


def _draw_update(record: StepRecord, update: WeightUpdate, screen: Screen) -> Iterator[Text]:
    yield screen.line()
    size = size_text(update.before.shape)
    yield screen.line(f"{update.layer} {update.weight} · {size}", "bold")
    yield screen.line()
    yield from _table(update, screen)
    at = largest_position(update.gradient)
    yield screen.line()
    yield screen.line(f"at ({', '.join(map(str, at))})")
    yield from indented(draw_update_equations(record, update, at, body_screen(screen)), screen)


def _table(update: WeightUpdate, screen: Screen) -> Iterator[Text]:
    """Yield a line a number: its position, and its value in each column."""
    columns: dict[str, Array] = {"before": update.before, "gradient": update.gradient}
    for name, values in update.slots_before.items():
        columns[name] = values
        columns[f"new {name}"] = update.slots_after[name]
    columns["after"] = update.after
    count = update.before.size
    limit = MOST_NUMBERS if screen.display.full else MOST_ROWS
    shown = count if count <= limit + 1 else limit
    places = [np.unravel_index(index, update.before.shape) for index in range(shown)]
    rows = [
        [f"({', '.join(str(int(i)) for i in at)})"]
        + [screen.number(float(values[at])) for values in columns.values()]
        for at in places
    ]
    yield from draw_aligned(["at", *columns], rows, screen)
    if shown < count:
        text = f"… and {count - shown:,} more; --full shows them all."
        yield from screen.sentences(text, FAINT)
