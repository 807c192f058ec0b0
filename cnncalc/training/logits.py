"""A loss of logits, told apart into an activation and a loss of what that puts out."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.layers import Activation
from cnncalc.network import Network, assemble
from cnncalc.training.losses import Loss

__all__ = ["with_output_activation"]


def with_output_activation(network: Network, loss: Loss) -> tuple[Network, Loss]:
    """Return the same training, with the softmax or sigmoid inside a loss of logits as a layer.

    So every number of it can be shown. A loss that isn't of logits stays, as does its network.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.losses import LOSSES
    >>> loss = replace(LOSSES["categorical_crossentropy"], from_logits=True)
    >>> network, loss = with_output_activation(initialize([Dense(2)], (3,)), loss)
    >>> network.layers[-1].activation, str(loss)
    ('softmax', 'categorical_crossentropy')
    """
    if not loss.from_logits or loss.activation is None:
        return network, loss
    layers = (*network.layers, Activation(loss.activation))
    shown = assemble(layers, network.input_shape, [*network.weights, {}])
    return shown, replace(loss, from_logits=False)
