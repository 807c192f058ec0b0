"""A convolution with other strides, paddings and dilations: the settings that a page goes through.

Each is a calculation of its own, with the same image and weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Conv2D, DepthwiseConv2D
from cnncalc.network import Network, assemble
from cnncalc.shapes import Padding, Pads, Size, normalize_padding, pair
from cnncalc.sheet.size import least_formulas
from cnncalc.views.page.document import Settings

__all__ = ["FoundSettings", "settings_of"]

MOST_SETTINGS = 60
_STRIDES = tuple(Size(step, step) for step in (1, 2, 3, 4))
_PADDINGS: tuple[Padding, ...] = ("valid", "same", Pads(1, 1, 1, 1), Pads(2, 2, 2, 2))
_DILATIONS = tuple(Size(step, step) for step in (1, 2, 3))


@dataclass(frozen=True)
class FoundSettings:
    """Calculations with their settings, the first as it was asked for, and which do not fit, why.

    A calculation without a convolution has no settings.
    """

    calculations: tuple[tuple[Network, Settings | None], ...]
    unfit: tuple[tuple[Settings, str], ...] = ()


def settings_of(network: Network, most_formulas: int) -> FoundSettings:
    """Return a calculation with its settings, and with others that fit its image.

    All together have no more than `most_formulas`.

    >>> from cnncalc.calculator import Calculation
    >>> found = settings_of(Calculation([[1, 2], [3, 4]]).network((3, 3, 1)), 1000)
    >>> len(found.calculations), [settings.padding for _, settings in found.calculations[:9:4]]
    (44, ['valid', 'same', '1'])
    >>> found.unfit[0][1][:53]
    'layer conv2d: the window must fit into the input. Rec'
    """
    layer = network.layers[0] if network.layers else None
    if not isinstance(layer, Conv2D | DepthwiseConv2D):
        return FoundSettings(((network, None),))
    found: list[tuple[Network, Settings | None]] = []
    unfit: list[tuple[Settings, str]] = []
    formulas = 0
    for changed, settings in islice(_settings(network, layer), MOST_SETTINGS):
        if isinstance(changed, str):
            unfit.append((settings, changed))
            continue
        formulas += least_formulas(changed.layers, changed.input_shape)
        if found and formulas > most_formulas:
            break
        found.append((changed, settings))
    return FoundSettings(tuple(found), tuple(unfit))


def _settings(
    network: Network, layer: Conv2D | DepthwiseConv2D
) -> Iterator[tuple[Network | str, Settings]]:
    """Yield a calculation with each setting, or why that does not fit; the one asked for first."""
    asked = (
        pair(layer.dilation_rate, "dilation_rate"),
        normalize_padding(layer.padding),
        pair(layer.strides, "strides"),
    )
    for setting in dict.fromkeys([asked, *product(_DILATIONS, _PADDINGS, _STRIDES)]):
        dilation, padding, strides = setting
        other = replace(layer, strides=strides, padding=padding, dilation_rate=dilation)
        layers = (other, *network.layers[1:])
        settings = Settings(_text(padding), strides, dilation)
        try:
            yield assemble(layers, network.input_shape, network.weights), settings
        except (OptionError, ShapeError) as error:
            yield str(error), settings  # a window, this one or a later one, is too large


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
