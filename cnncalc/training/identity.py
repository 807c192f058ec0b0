"""What a training is: all that its numbers depend on, so that another is not taken for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.network import Network
from cnncalc.notation import write
from cnncalc.training.dataset import Parts
from cnncalc.training.optimizer_notation import write_optimizer
from cnncalc.training.plan import TrainingPlan

__all__ = ["check_identity", "identity"]

ARITHMETIC = 3
"""To be raised by whoever changes training so that it ends at other bytes, be it in one bit."""


def identity(plan: TrainingPlan, parts: Parts) -> dict[str, str]:
    """Return each thing that the weights after so many batches depend on, by name.

    The number of epochs is not among them: a training may be made longer.
    """
    return {
        "arithmetic": f"{ARITHMETIC} with NumPy {np.__version__}",
        "network": write(plan.network.layers),
        "input_shape": repr(plan.network.input_shape),
        "loss": str(plan.loss),
        "optimizer": write_optimizer(plan.optimizer),
        "batch_size": str(plan.batch_size),
        "seed": str(plan.seed),
        "initial weights": _weights_digest(plan.network),
        "training data": parts.training.digest(),
        "validation data": parts.validation.digest() if parts.validation else "none",
    }


def _weights_digest(network: Network) -> str:
    digest = hashlib.blake2b()
    for weights in network.weights:
        for name, array in weights.items():
            digest.update(f"{name} {array.dtype} {array.shape}".encode())
            digest.update(array.tobytes())
    return digest.hexdigest()[:32]


def check_identity(where: str, stored: Mapping[str, str], received: Mapping[str, str]) -> None:
    """Raise OptionError that names the first thing in which two trainings differ.

    Arguments: `where` the one was stored, in quotes; its identity; that of the other.

    >>> check_identity("'a.checkpoint'", {"seed": "0"}, {"seed": "0"})
    """
    for name, value in received.items():
        if stored.get(name) == value:
            continue
        if name == "arithmetic":
            message = (
                f"{where} was begun by a version of cnncalc or NumPy whose numbers differ: go on "
                "with that one, or begin anew with --force. Expected arithmetic "
                f"{stored.get(name, 0)}. Received: {value}"
            )
            raise OptionError(message)
        message = f"{where} is of another training; they differ in {name}"
        if not name.endswith(("data", "weights")):
            message += f". Expected {stored.get(name)}. Received: {value}"
        raise OptionError(message)
