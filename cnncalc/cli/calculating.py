"""The calculation that a command shows, announced where it takes long."""

from __future__ import annotations

from cnncalc.cli.working import working
from cnncalc.files.pixels import PixelInput
from cnncalc.network import Network, walk
from cnncalc.trace import Trace, record, trace_bytes

__all__ = ["calculate"]

# Measured on photos of 12 megapixels, and on networks of 3×3 convolutions. What makes the wait is
# to write each stage and to check it, and with large kernels the products.
BYTES_A_SECOND = 300_000_000
PRODUCTS_A_SECOND = 2_000_000_000


def calculate(network: Network, image: PixelInput) -> Trace:
    """Record a network's work on an image; see `record`."""
    with working(f"Calculating on {image.name}", _seconds(network)):
        return record(network, image.values)


def _seconds(network: Network) -> float:
    walked = walk(network.layers, network.input_shape)
    products = sum(layer.multiply_adds(shape) for layer, shape in walked)
    size = trace_bytes(network.layers, network.input_shape)
    return size / BYTES_A_SECOND + products / PRODUCTS_A_SECOND
