"""Compiled models drawn over all options of Keras's layers, losses, optimizers and schedules.

Each is made by Keras; with it stands which of its options cnncalc doesn't calculate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from tests.keras_peer import import_keras

SHAPE = (6, 6, 2)
CLASSES = 3


@dataclass(frozen=True)
class Choice:
    """One part of a model: how Keras makes it, and which of its options cnncalc lacks."""

    said: str
    make: Callable[[Any], Any] = field(repr=False)
    lacks: frozenset[str] = frozenset()
    # Which head it needs: "softmax", "logits", "sigmoid", "one", "one logit", or "" for any.
    head: str = ""


WEIGHTINGS = (
    Choice("", lambda keras: {}),
    Choice("loss_weights=[1.0]", lambda keras: {"loss_weights": [1.0]}),
    Choice(
        "loss_weights=[0.5]", lambda keras: {"loss_weights": [0.5]}, frozenset({"loss_weights"})
    ),
    Choice("metrics", lambda keras: {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}),
)


KINDS = ("Sequential", "Functional")


def _with_weights(model: Any) -> list[Any]:
    return [layer for layer in model.layers if layer.weights]


def _freeze(model: Any, place: int) -> None:
    """Freeze a layer, if there are so many that one is left to train."""
    layers = _with_weights(model)
    if len(layers) > 2:
        layers[place].trainable = False


def _freeze_all_but_last(model: Any) -> None:
    """Freeze the model as a whole and give its last layer free again.

    A Functional model stays frozen as a whole, a Sequential one once it is loaded does not.
    """
    model.trainable = False
    _with_weights(model)[-1].trainable = True


# What is frozen once the model stands, by the place of a layer that has weights.
FREEZINGS = {
    "": lambda model: None,
    "the first is frozen": lambda model: _freeze(model, 0),
    "the second is frozen": lambda model: _freeze(model, 1),
    "the last is frozen": lambda model: _freeze(model, -1),
    "the model is frozen": lambda model: setattr(model, "trainable", False),
    "all but the last are frozen": _freeze_all_but_last,
}


@dataclass(frozen=True)
class Case:
    """A model: what is before its head, its loss and optimizer, and the steps it was trained.

    `kind` is a model's class; `freezing` one of FREEZINGS; `is_drawn` tells whether its layers were
    drawn, and may not fit each other.
    """

    body: tuple[Choice, ...]
    loss: Choice
    optimizer: Choice
    weighting: Choice = WEIGHTINGS[0]
    before: int = 2
    kind: str = KINDS[0]
    freezing: str = ""
    is_drawn: bool = False

    @property
    def lacks(self) -> frozenset[str]:
        """The options that cnncalc doesn't calculate."""
        parts = (*self.body, self.loss, self.optimizer, self.weighting)
        return frozenset().union(*(part.lacks for part in parts))

    @property
    def is_frozen(self) -> bool:
        """Whether nothing is left to train."""
        is_chain = self.kind == "Functional"
        return self.freezing == "the model is frozen" or (
            is_chain and self.freezing == "all but the last are frozen"
        )

    def __str__(self) -> str:
        parts = (*self.body, self.loss, self.optimizer, self.weighting)
        said = [self.kind, *(part.said for part in parts), self.freezing]
        return "; ".join(filter(None, said))


def layer(kind: str, *arguments: Any, lacks: str = "", **options: Any) -> Choice:
    """A layer, its options as values or as what makes them of Keras."""
    given = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in options.items())]

    def make(keras: Any) -> list[Any]:
        own = {name: _made(keras, value) for name, value in options.items()}
        return [getattr(keras.layers, kind)(*arguments, **own)]

    return Choice(f"{kind}({', '.join(given)})", make, frozenset(lacks.split()))


class Made:
    """An object of Keras, made when it is asked for: a model has objects of its own."""

    def __init__(self, path: str, *arguments: Any, **options: Any) -> None:
        self.path, self.arguments, self.options = path, arguments, options

    def __call__(self, keras: Any) -> Any:
        made = keras
        for name in self.path.split("."):
            made = getattr(made, name)
        own = {name: _made(keras, value) for name, value in self.options.items()}
        return made(*self.arguments, **own)

    def __repr__(self) -> str:
        given = [*map(repr, self.arguments), *(f"{n}={v!r}" for n, v in self.options.items())]
        return f"{self.path.rpartition('.')[2]}({', '.join(given)})"


def _made(keras: Any, value: Any) -> Any:
    return value(keras) if isinstance(value, Made) else value


L1 = Made("regularizers.L1", 0.01)
L2 = Made("regularizers.L2", 0.02)
L1L2 = Made("regularizers.L1L2", l1=0.003, l2=0.007)
ORTHOGONAL = Made("regularizers.OrthogonalRegularizer", 0.01)
CONSTRAINTS = (
    Made("constraints.MaxNorm", 0.5),
    Made("constraints.MinMaxNorm", 0.1, 0.6),
    Made("constraints.NonNeg"),
    Made("constraints.UnitNorm"),
)
ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "tanh", "softmax", "elu", "softplus")


def body_choices() -> Iterator[Choice]:
    """Every layer that cnncalc has but Dense and Flatten, with each of its options."""
    yield layer("Rescaling", 0.5, offset=-0.2)
    yield layer("Rescaling", [0.5, 1.5], offset=[0.1, -0.1])
    for padding in (1, (1, 2), ((0, 1), (2, 0))):
        yield layer("ZeroPadding2D", padding)
    for activation in ACTIVATIONS:
        yield layer("Conv2D", 3, 3, activation=activation)
        yield layer("Activation", activation)
    yield from _convolutions("Conv2D", 4, 3, kernel="kernel")
    yield layer("Conv2D", 4, 3, groups=2)
    yield from _convolutions("DepthwiseConv2D", 3, kernel="depthwise")
    yield layer("DepthwiseConv2D", 2, depth_multiplier=2)
    yield layer("ReLU", max_value=0.7, negative_slope=0.1, threshold=0.2)
    yield layer("ReLU", 6)
    yield layer("LeakyReLU", negative_slope=0.2)
    yield layer("ELU", alpha=0.7)
    yield layer("Softmax")
    yield layer("Softmax", axis=3)
    for pool in ("MaxPooling2D", "AveragePooling2D"):
        yield layer(pool, 2)
        yield layer(pool, (2, 3), strides=1)
        yield layer(pool, 3, strides=1, padding="same")
        yield layer(pool, 1, data_format="channels_first", lacks="data_format")
    yield layer("MaxPooling2D", 2, strides=1, padding="same")
    for pool in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        yield layer(pool)
        yield layer(pool, keepdims=True)
    yield layer("Dropout", 0)
    yield layer("Dropout", 0, seed=7)
    yield layer("Dropout", 0.5, noise_shape=(None, 1, 1, 2), lacks="noise_shape")
    yield layer("Dense", 4, activation="tanh")
    yield from _normalizations()


def _convolutions(kind: str, *arguments: Any, kernel: str) -> Iterator[Choice]:
    yield layer(kind, *arguments, strides=2)
    yield layer(kind, *arguments, strides=(1, 2), padding="same")
    yield layer(kind, *arguments, dilation_rate=2)
    yield layer(kind, *arguments, use_bias=False)
    yield layer(kind, *arguments, trainable=False)
    first = {"data_format": "channels_first", "padding": "same", "lacks": "data_format"}
    yield layer(kind, *arguments, **first)
    yield from _weighted(kind, *arguments, kernel=kernel)


def _weighted(kind: str, *arguments: Any, kernel: str) -> Iterator[Choice]:
    """The options of a layer with a kernel and a bias."""
    yield layer(kind, *arguments, **{f"{kernel}_initializer": "he_normal"})
    yield layer(kind, *arguments, bias_initializer="ones")
    for regularizer in (L1, L2, L1L2, "l2"):
        yield layer(kind, *arguments, **{f"{kernel}_regularizer": regularizer})
        yield layer(kind, *arguments, bias_regularizer=regularizer)
    if kernel == "kernel" and kind == "Dense":
        own = f"{kernel}_regularizer"
        yield layer(kind, *arguments, **{own: ORTHOGONAL}, lacks=own)
    yield layer(kind, *arguments, activity_regularizer=L2, lacks="activity_regularizer")
    for constraint in CONSTRAINTS:
        own = f"{kernel}_constraint"
        yield layer(kind, *arguments, **{own: constraint}, lacks=own)
    yield layer(kind, *arguments, bias_constraint=CONSTRAINTS[2], lacks="bias_constraint")


def _normalizations() -> Iterator[Choice]:
    kind = "BatchNormalization"
    yield layer(kind)
    yield layer(kind, momentum=0.8, epsilon=0.01)
    yield layer(kind, center=False)
    yield layer(kind, scale=False, axis=3)
    yield layer(kind, trainable=False)
    yield layer(kind, moving_mean_initializer="ones")
    yield layer(kind, axis=1, lacks="axis")
    yield layer(kind, renorm=True, lacks="renorm")
    for name in ("beta_regularizer", "gamma_regularizer"):
        yield layer(kind, **{name: L2}, lacks=name)
    for name in ("beta_constraint", "gamma_constraint"):
        yield layer(kind, **{name: CONSTRAINTS[2]}, lacks=name)


def dense_choices() -> Iterator[Choice]:
    """Dense layers behind Flatten, with each of their options."""
    for each in _weighted("Dense", 5, kernel="kernel"):
        yield _flattened(each)
    for activation in ACTIVATIONS:
        yield _flattened(layer("Dense", 5, activation=activation))
    yield _flattened(layer("Dense", 5, use_bias=False))
    yield _flattened(layer("Dense", 5, trainable=False))
    yield _flattened(layer("BatchNormalization", axis=1))
    yield Choice("Dense(5).enable_lora(2)", _lora, frozenset({"lora_rank"}))


def _flattened(choice: Choice) -> Choice:
    def make(keras: Any) -> list[Any]:
        return [keras.layers.Flatten(), *choice.make(keras)]

    return Choice(f"Flatten(); {choice.said}", make, choice.lacks)


def _lora(keras: Any) -> list[Any]:
    dense = keras.layers.Dense(5)
    dense.build((None, SHAPE[0] * SHAPE[1] * SHAPE[2]))
    dense.enable_lora(2)
    return [keras.layers.Flatten(), dense]


HEADS = {
    "softmax": (CLASSES, "softmax"),
    "logits": (CLASSES, None),
    "sigmoid": (CLASSES, "sigmoid"),
    "one": (1, "sigmoid"),
    "one logit": (1, None),
}


def loss_choices() -> Iterator[Choice]:
    """Every loss of Keras, by its class, its function and its name, with each of its options."""
    ours = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "MeanSquaredError")
    ours += ("BinaryCrossentropy",)
    losses = import_keras().losses
    for name in dir(losses):
        if not isinstance(getattr(losses, name), type) or name == "Loss":
            continue
        known = name in ours
        head = "sigmoid" if name == "BinaryCrossentropy" else "softmax"
        yield loss(name, head=head, lacks="" if known else "loss")
    for short in ("mse", "mae", "binary_crossentropy", "sparse_categorical_crossentropy", "kld"):
        yield Choice(
            f"loss={short}",
            lambda keras, own=short: own,
            frozenset({"loss"} if short in ("mae", "kld") else ()),
            "softmax",
        )
    for function in ("categorical_crossentropy", "huber"):
        yield Choice(
            f"loss=losses.{function}",
            lambda keras, own=function: getattr(keras.losses, own),
            frozenset({"loss"} if function == "huber" else ()),
            "softmax",
        )
    for name in ours:
        for reduction in ("mean", "mean_with_sample_weight"):
            yield loss(name, head="softmax", reduction=reduction)
        yield loss(name, head="softmax", reduction="sum", lacks="reduction")
    for name in ("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryCrossentropy"):
        yield loss(name, head="logits", from_logits=True)
    for name in ("CategoricalCrossentropy", "BinaryCrossentropy"):
        yield loss(name, head="softmax", label_smoothing=0.1, lacks="label_smoothing")
        yield loss(name, head="softmax", label_smoothing=0.0)
    yield loss("CategoricalCrossentropy", head="softmax", axis=1)
    yield loss("BinaryCrossentropy", head="one")
    yield loss("BinaryCrossentropy", head="one logit", from_logits=True)
    yield loss("MeanSquaredError", head="one")
    yield loss("MeanSquaredError", head="logits")
    for ignored in (0, 2):
        given = {"ignore_class": ignored, "lacks": "ignore_class"}
        yield loss("SparseCategoricalCrossentropy", head="softmax", **given)


def loss(name: str, head: str, lacks: str = "", **options: Any) -> Choice:
    made = Made(f"losses.{name}", **options)
    return Choice(repr(made), made, frozenset(lacks.split()), head)


OURS = ("SGD", "RMSprop", "Adam", "AdamW")


def optimizer_choices() -> Iterator[Choice]:
    """Every optimizer of Keras, with each of its options, and every schedule."""
    optimizers = import_keras().optimizers
    for name in dir(optimizers):
        kind = getattr(optimizers, name)
        if not isinstance(kind, type) or name in ("Optimizer", "LossScaleOptimizer", *OURS):
            continue
        if name not in ("MultiOptimizer", "OptimizerMap"):  # made of others
            yield optimizer(name, 0.01, lacks="optimizer")
    inner = Made("optimizers.SGD", 0.01)
    scaled = Made("optimizers.LossScaleOptimizer", inner_optimizer=inner)
    yield Choice(repr(scaled), scaled, frozenset({"optimizer"}))
    for name in OURS:
        yield optimizer(name, 0.0123)
        for options in (
            {"weight_decay": 0.01},
            {"clipnorm": 0.05},
            {"clipvalue": 0.01},
            {"global_clipnorm": 0.1},
        ):
            yield optimizer(name, 0.01, **options)
        yield optimizer(name, 0.01, use_ema=True, ema_momentum=0.9, lacks="use_ema")
        yield optimizer(name, 0.01, loss_scale_factor=8.0, lacks="loss_scale_factor")
        steps = "gradient_accumulation_steps"
        yield optimizer(name, 0.01, **{steps: 2}, lacks=steps)
        yield optimizer(name, 0.01, name="mine")
    yield optimizer("SGD", 0.01, use_ema=True, ema_overwrite_frequency=1, lacks="use_ema")
    yield optimizer("SGD", 0.01, momentum=0.9)
    yield optimizer("SGD", 0.01, momentum=0.9, nesterov=True)
    yield optimizer("RMSprop", 0.01, rho=0.8, momentum=0.5, epsilon=1e-3)
    yield optimizer("RMSprop", 0.01, centered=True)
    for name in ("Adam", "AdamW"):
        yield optimizer(name, 0.01, amsgrad=True)
        yield optimizer(name, 0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-4)
    for schedule, lacks in _schedules():
        for name in OURS[::2]:
            yield optimizer(name, schedule, lacks=lacks)


def _schedules() -> Iterator[tuple[Made, str]]:
    kind = "optimizers.schedules."
    decay = {"decay_steps": 3, "decay_rate": 0.5}
    yield Made(f"{kind}ExponentialDecay", 0.02, **decay), ""
    yield Made(f"{kind}ExponentialDecay", 0.02, **decay, staircase=True), ""
    yield Made(f"{kind}CosineDecay", 0.02, 4), ""
    yield Made(f"{kind}CosineDecay", 0.02, 4, alpha=0.1, warmup_steps=2), ""
    warmed = Made(f"{kind}CosineDecay", 0.01, 4, warmup_target=0.02, warmup_steps=2)
    yield warmed, "warmup_target"
    yield Made(f"{kind}CosineDecayRestarts", 0.02, 2), "learning_rate"
    yield Made(f"{kind}InverseTimeDecay", 0.02, **decay), "learning_rate"
    yield Made(f"{kind}PolynomialDecay", 0.02, 5), "learning_rate"
    yield Made(f"{kind}PiecewiseConstantDecay", [2, 4], [0.02, 0.01, 0.005]), "learning_rate"


def optimizer(name: str, rate: Any, /, lacks: str = "", **options: Any) -> Choice:
    made = Made(f"optimizers.{name}", learning_rate=rate, **options)
    return Choice(repr(made), made, frozenset(lacks.split()))


def cases(seed: int = 0, drawn: int = 70) -> Iterator[Case]:
    """Each choice once, with usual ones of the others, and models that are drawn from all.

    Each choice is in a model of one kind, what is frozen and what is drawn in models of both.
    """
    for number, case in enumerate(_cases(seed, drawn)):
        is_chosen = bool(case.freezing) and not case.is_drawn
        yield case if is_chosen else replace(case, kind=KINDS[number % len(KINDS)])


def _cases(seed: int, drawn: int) -> Iterator[Case]:
    pick = Picker(np.random.default_rng(seed))
    body, dense = list(body_choices()), list(dense_choices())
    losses, optimizers = list(loss_choices()), list(optimizer_choices())
    convolution = layer("Conv2D", 3, 3, activation="tanh")
    for choice in (*body, *dense):
        yield Case((choice,), pick.usual(losses), pick.usual(optimizers))
    # Behind these the mean is taken off: a bias has no gradient but rounding, which Adam enlarges.
    for normalized in (layer("Conv2D", 3, 3), layer("DepthwiseConv2D", 2)):
        adam = optimizer("Adam", 0.01)
        yield Case((normalized, layer("BatchNormalization")), pick.usual(losses), adam)
    for choice in losses:
        yield Case((convolution,), choice, pick.usual(optimizers))
    for choice in optimizers:
        yield Case((convolution,), pick.usual(losses), choice)
    for choice in WEIGHTINGS:
        yield Case((convolution,), pick.usual(losses), pick.usual(optimizers), choice)
    frozen = (convolution, layer("BatchNormalization"), layer("Conv2D", 2, 2))
    for kind, freezing in product(KINDS, FREEZINGS):
        case = Case(frozen, pick.usual(losses), pick.usual(optimizers))
        yield replace(case, kind=kind, freezing=freezing)
    spatial = [choice for choice in body if "Global" not in choice.said]
    flat = [choice for choice in dense if "lora" not in choice.said]  # it is built for one shape
    for _ in range(drawn):
        yield Case(
            (pick.any_of(spatial), pick.any_of(spatial), pick.any_of(flat)),
            pick.any_of(losses),
            pick.any_of(optimizers),
            before=pick([0, 2]),
            freezing=pick(["", "", "", *FREEZINGS]),
            is_drawn=True,
        )


@dataclass(frozen=True)
class Picker:
    """Draws one of many."""

    generator: np.random.Generator

    def __call__(self, choices: Sequence[Any]) -> Any:
        return choices[self.generator.integers(len(choices))]

    def usual(self, choices: Sequence[Choice]) -> Choice:
        """Draw what cnncalc calculates."""
        return self([choice for choice in choices if not choice.lacks])

    def any_of(self, choices: Sequence[Choice]) -> Choice:
        """Draw mostly what cnncalc calculates."""
        return self.usual(choices) if self.generator.random() < 0.9 else self(choices)


def compiled(case: Case, seed: int) -> Any:
    """Return a case's model, with weights of which none is a neutral 0 or 1."""
    keras = import_keras()
    units, activation = HEADS[case.loss.head or "softmax"]
    layers = [each for part in case.body for each in part.make(keras)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(units, activation=activation)]
    inputs = keras.Input(SHAPE)
    if case.kind == "Sequential":
        model = keras.Sequential([inputs, *layers])
    else:
        model = keras.Model(inputs, reduce(lambda output, each: each(output), layers, inputs))
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        least = 0.5 if weight.name in ("gamma", "moving_variance") else -0.3
        weight.assign(generator.uniform(least, least + 0.6, weight.shape))
    FREEZINGS[case.freezing](model)
    model.compile(case.optimizer.make(keras), case.loss.make(keras), **case.weighting.make(keras))
    model.optimizer.build(model.trainable_variables)
    return model
