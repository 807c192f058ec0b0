"""The same training in Keras: from our weights, in our order of samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.network import Network, without_last_activation
from cnncalc.training.dataset import Dataset
from cnncalc.training.losses import Loss, target_outputs
from cnncalc.training.optimizers import Optimizer
from cnncalc.training.schedules import CosineDecay, ExponentialDecay
from tests.keras_peer import import_keras, keras_model, set_all_weights

ARGUMENTS = {
    "sgd": ("momentum", "nesterov"),
    "rmsprop": ("rho", "momentum", "epsilon", "centered"),
    "adam": ("beta_1", "beta_2", "epsilon", "amsgrad"),
    "adamw": ("beta_1", "beta_2", "epsilon", "amsgrad"),
}
COMMON = ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm")


def keras_rate(learning_rate) -> Any:
    """Return a learning rate or schedule as Keras's."""
    keras = import_keras()
    if isinstance(learning_rate, ExponentialDecay | CosineDecay):
        schedule = getattr(keras.optimizers.schedules, type(learning_rate).__name__)
        return schedule(**vars(learning_rate))
    return learning_rate


def keras_optimizer(optimizer: Optimizer) -> Any:
    """Return Keras's optimizer with the same arguments."""
    keras = import_keras()
    name = type(optimizer).__name__
    options = {key: getattr(optimizer, key) for key in (*ARGUMENTS[name.lower()], *COMMON)}
    rate = keras_rate(optimizer.learning_rate)
    return getattr(keras.optimizers, name)(learning_rate=rate, **options)


def compiled(network: Network, loss: Loss, optimizer: Optimizer) -> Any:
    """Return a model with our weights, its loss from the logits where ours is.

    On PyTorch Keras clips probabilities; from logits it does what it does on TensorFlow.
    """
    keras = import_keras()
    bare, activation = without_last_activation(network)
    is_peeled = activation == loss.activation and not loss.from_logits
    from_logits = is_peeled or loss.from_logits
    model = keras_model((bare if is_peeled else network).layers, network.input_shape)
    set_all_weights(model, network)
    losses = {
        "categorical_crossentropy": lambda: keras.losses.CategoricalCrossentropy(
            from_logits=from_logits
        ),
        "binary_crossentropy": lambda: keras.losses.BinaryCrossentropy(from_logits=from_logits),
        "mean_squared_error": keras.losses.MeanSquaredError,
    }
    model.compile(keras_optimizer(optimizer), losses[loss.name](), metrics=["accuracy"])
    return model


def arrays(dataset: Dataset, units: int, positions=None) -> tuple[np.ndarray, np.ndarray]:
    """Return samples and targets as Keras's fit takes them."""
    images, labels = dataset.batch(np.arange(len(dataset)) if positions is None else positions)
    return images.astype(np.float32), target_outputs(labels, units)


def weights_of(model: Any) -> list[np.ndarray]:
    """Return a model's weights in Keras's order."""
    return [np.array(weight) for weight in model.get_weights()]
