"""A convolution with other strides, paddings and dilations: the settings that a page goes through.

Each is a calculation of its own, with the same image and weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Conv2D, DepthwiseConv2D
from cnncalc.network import Network, assemble
from cnncalc.shapes import Padding, Pads, Size, normalize_padding, pair
from cnncalc.sheet.size import least_formulas
from cnncalc.views.page.document import Settings

__all__ = ["settings_of"]

MOST_SETTINGS = 60
_STRIDES = tuple(Size(step, step) for step in (1, 2, 3, 4))
_PADDINGS: tuple[Padding, ...] = ("valid", "same", Pads(1, 1, 1, 1), Pads(2, 2, 2, 2))
_DILATIONS = tuple(Size(step, step) for step in (1, 2, 3))


def settings_of(network: Network, most_formulas: int) -> list[tuple[Network, Settings | None]]:
    """Return a calculation with its settings, and with others that fit its image.

    The first is as it was asked for; a calculation without a convolution has no settings. All
    together have no more than `most_formulas`.

    >>> from cnncalc.calculator import Calculation
    >>> found = settings_of(Calculation([[1, 2], [3, 4]]).network((3, 3, 1)), 1000)
    >>> len(found), [settings.padding for _, settings in found[:9:4]]
    (44, ['valid', 'same', '1'])
    """
    layer = network.layers[0] if network.layers else None
    if not isinstance(layer, Conv2D | DepthwiseConv2D):
        return [(network, None)]
    found: list[tuple[Network, Settings | None]] = []
    formulas = 0
    for changed, settings in islice(_settings(network, layer), MOST_SETTINGS):
        formulas += least_formulas(changed.layers, changed.input_shape)
        if found and formulas > most_formulas:
            break
        found.append((changed, settings))
    return found


def _settings(
    network: Network, layer: Conv2D | DepthwiseConv2D
) -> Iterator[tuple[Network, Settings]]:
    """Yield a calculation with each setting that fits, the one asked for first."""
    asked = (
        pair(layer.dilation_rate, "dilation_rate"),
        normalize_padding(layer.padding),
        pair(layer.strides, "strides"),
    )
    for setting in dict.fromkeys([asked, *product(_DILATIONS, _PADDINGS, _STRIDES)]):
        dilation, padding, strides = setting
        other = replace(layer, strides=strides, padding=padding, dilation_rate=dilation)
        layers = (other, *network.layers[1:])
        try:
            changed = assemble(layers, network.input_shape, network.weights)
        except (OptionError, ShapeError):
            continue  # the window is larger than the image
        yield changed, Settings(_text(padding), strides, dilation)


def _text(padding: Padding) -> str:
    """Return a padding as people write it.

    >>> _text("same"), _text(Pads(1, 1, 1, 1)), _text(Pads(0, 0, 1, 1)), _text(Pads(1, 0, 2, 0))
    ('same', '1', '0,1', '1,0,2,0')
    """
    if isinstance(padding, str):
        return padding
    top, bottom, left, right = padding
    if (top, left) != (bottom, right):
        return ",".join(map(str, padding))
    return str(top) if top == left else f"{top},{left}"
