"""What an optimizer does to a weight, in words."""

from __future__ import annotations

from cnncalc.training.optimizers import SGD, Adam, Optimizer, RMSprop
from cnncalc.views.numbers import format_number

__all__ = ["constant", "update_rule"]


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
