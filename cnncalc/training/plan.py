"""What to train and how, written down before anything is done, and what that takes of memory.

Where nothing is said, it is the article's network, or what suits handwritten digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.errors import OptionError
from cnncalc.layers import (
    SOFTMAX,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    Layer,
    MaxPooling2D,
    Rescaling,
)
from cnncalc.layers.graph import leading_to, put_in
from cnncalc.network import Network
from cnncalc.ops.threads import cores
from cnncalc.training.history import EarlyStopping
from cnncalc.training.losses import LOSSES, Loss
from cnncalc.training.objective import make_objective
from cnncalc.training.optimizers import Adam, Optimizer
from cnncalc.training.state import trainable

__all__ = [
    "ARTICLE",
    "DIGITS",
    "Defaults",
    "TrainingPlan",
    "rescaled",
    "scales_pixels",
    "training_bytes",
]


@dataclass(frozen=True)
class TrainingPlan:
    """What to train and how; the defaults are the article's.

    `network` brings the initial weights. `threads` is how many pieces of a batch are worked on
    at once, None for one a processor; it changes no number.
    """

    network: Network
    loss: Loss = LOSSES["categorical_crossentropy"]
    optimizer: Optimizer = field(default_factory=Adam)
    epochs: int = 5
    batch_size: int = 128
    seed: int = 0
    early_stopping: EarlyStopping | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "threads"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                message = f"{name} must be a whole number, at least 1. Received: {name}={value!r}"
                raise OptionError(message)


def training_bytes(plan: TrainingPlan, classes: int, samples: int) -> int:
    """Return the memory that a training takes at least, beside its data and initial weights.

    It is that of the weights in training, of what the optimizer remembers of each trainable one, of
    a batch's gradients and each thread's, and of the pieces of a batch that the threads work on.
    Arguments: the `plan`; how many `classes` and `samples` there are to train on.
    Returns bytes. Raises as `make_objective` does where network, loss and classes don't fit.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.optimizers import SGD
    >>> network = initialize([Dense(2, activation="softmax")], (3,))
    >>> plan = TrainingPlan(network, optimizer=SGD(), threads=1)
    >>> training_bytes(plan, classes=2, samples=1) // 4  # 3 × 8 weights; 3 + 2 × 2 numbers
    31
    """
    network = plan.network
    objective = make_objective(network, plan.loss, classes)
    batch = min(plan.batch_size, samples)
    pieces = objective.pieces(batch)
    threads = min(plan.threads or cores(), len(pieces))
    remembered = sum(map(len, plan.optimizer.slot_groups))
    arrays = [array for weights in network.weights for array in weights.values()]
    learnt = sum(network.weights[layer][name].nbytes for layer, name in trainable(network))
    held = sum(array.nbytes for array in arrays) + learnt * (1 + remembered + threads)
    at_once = batch if objective.halts else threads * pieces[0].stop
    return int(held + at_once * objective.numbers * arrays[0].itemsize)


@dataclass(frozen=True)
class Defaults:
    """A network that ends in a Dense layer of one unit a class, and how it is trained."""

    features: tuple[Layer, ...]
    epochs: int
    batch_size: int
    learning_rate: float

    def layers(self, classes: int) -> tuple[Layer, ...]:
        """Return the layers for so many classes.

        >>> ARTICLE.layers(2)[-1].units
        2
        """
        return (*self.features, Flatten(), Dense(classes, activation=SOFTMAX))


ARTICLE = Defaults(
    (Conv2D(10, 5, activation="relu"), MaxPooling2D(2)),
    epochs=5,
    batch_size=128,
    learning_rate=0.001,
)
"""The article's network for photos of cats and dogs, and its hyperparameters."""

DIGITS = Defaults(
    (
        Conv2D(32, 3, padding="same", activation="relu"),
        Conv2D(32, 3, padding="same", activation="relu"),
        MaxPooling2D(2),
        Dropout(0.5),
    ),
    epochs=20,
    batch_size=32,
    learning_rate=0.002,
)
"""What suits the handwritten digits of 8×8 that cnncalc brings along."""


def rescaled(layers: tuple[Layer, ...], scale: float) -> tuple[Layer, ...]:
    """Return layers that multiply each pixel by a scale before anything else is done.

    They stay as they are where the scale is 1, or they scale pixels already.

    >>> [type(layer).__name__ for layer in rescaled((Flatten(),), 0.5)]
    ['Rescaling', 'Flatten']
    """
    start = 1 if layers and isinstance(layers[0], InputLayer) else 0
    if scale == 1 or scales_pixels(layers):
        return layers
    return put_in(layers, start, Rescaling(scale))


def scales_pixels(layers: tuple[Layer, ...]) -> bool:
    """Say whether pixels are scaled before any layer with weights sees them.

    >>> scales_pixels((Flatten(), Rescaling(0.5))), scales_pixels((Dense(2), Rescaling(0.5)))
    (True, False)
    """
    places = (place for place, layer in enumerate(layers) if isinstance(layer, Rescaling))
    before = ([layers[behind] for behind in leading_to(layers, place)] for place in places)
    return any(not any(layer.has_weights for layer in way) for way in before)
