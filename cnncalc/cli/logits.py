"""Showing a training whose loss is of logits."""

from __future__ import annotations

from cnncalc.cli.remarks import remark
from cnncalc.network import Network
from cnncalc.training.losses import Loss, with_output_activation

__all__ = ["show_output_activation"]


def show_output_activation(network: Network, loss: Loss) -> tuple[Network, Loss]:
    """Return `with_output_activation` of a network and loss, and say so where that adds a layer."""
    if loss.from_logits:
        remark(f"the {loss.activation} inside {loss} is shown as a layer of its own")
    return with_output_activation(network, loss)
