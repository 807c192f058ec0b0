"""Convolution of a batch of images, as matrix products, and its gradients.

A convolution is a cross-correlation, as in Keras and PyTorch: the kernel is not flipped.
`convolution_method` says by which products. The patches of all windows would be kernel height ×
kernel width times the images; they are laid out one tile at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.geometry import Geometry
from cnncalc.ops.arrays import Array, require_images
from cnncalc.ops.padding import pad_gradient
from cnncalc.ops.row_convolution import convolve_rows
from cnncalc.ops.tap_convolution import convolve_taps
from cnncalc.ops.tiles import Tile, padded_input, patch_matrix, tap, taps, tiles

__all__ = [
    "ConvolutionMethod",
    "convolution_method",
    "convolve",
    "convolve_input_gradient",
    "convolve_kernel_gradient",
    "depthwise_convolve",
    "depthwise_convolve_input_gradient",
    "depthwise_convolve_kernel_gradient",
]

# So many output cells an image has at least, or numbers its patches for each filter they serve, and
# so many channels a kernel at most, where rows were measured to be faster than patches: from 30×30
# to 3000×4000 cells, 1 to 32 channels.
CELLS_FOR_ROWS = 1 << 16
PATCHES_FOR_ROWS = 1 << 20
CHANNELS_FOR_ROWS = 8
# So many cells a kernel has at most, and so many an output at least, where taps were measured to be
# faster than rows: of larger kernels the products have few columns, and a small image pays for the
# fresh memory. 13×13 is even; 300×300 cells lose, 500×500 gain.
KERNEL_CELLS_FOR_TAPS = 12 * 12
CELLS_FOR_TAPS = 1 << 18
# The matrices of a kernel whose rows lie further apart are nearly all zeros.
DILATION_FOR_ROWS = 8

# So many rows a product of patches has at least, though they leave the cache: for each product the
# matrix library first packs all weights, of which a deep layer has more than patches. Measured.
CELLS_OF_PRODUCT = 256


@dataclass(frozen=True)
class ConvolutionMethod:
    """How a convolution is calculated, by "rows" or by "patches", and why."""

    name: Literal["rows", "patches"]
    reason: str


def convolution_method(geometry: Geometry, depth: int, filters: int) -> ConvolutionMethod:
    """Choose how a convolution is calculated.

    Arguments: the window's `geometry`; the kernel's `depth`, the channels of one group; the
    `filters` of one group.

    >>> from cnncalc.geometry import geometry
    >>> convolution_method(geometry((3000, 4000), 5), depth=1, filters=1).name
    'rows'
    >>> convolution_method(geometry((28, 28), 5), depth=1, filters=6).reason
    'few cells: 24×24'
    """
    height, width = geometry.output
    cells = height * width
    patches = cells * geometry.kernel.height * geometry.kernel.width * depth
    if cells < CELLS_FOR_ROWS and patches < PATCHES_FOR_ROWS * filters:
        return ConvolutionMethod("patches", f"few cells: {height}×{width}")
    if filters > depth:
        reason = f"patches of {depth} channels serve {filters} filters"
        return ConvolutionMethod("patches", reason)
    if depth > CHANNELS_FOR_ROWS:
        return ConvolutionMethod("patches", f"many channels: {depth}")
    if geometry.vertical.dilation > DILATION_FOR_ROWS:
        reason = f"rows {geometry.vertical.dilation} apart"
        return ConvolutionMethod("patches", reason)
    return ConvolutionMethod("rows", f"much work, {height}×{width} cells: rows as they lie")


def convolve(images: Array, kernel: Array, geometry: Geometry, groups: int = 1) -> Array:
    """Slide a kernel over a batch of images, without bias.

    By rows, a NaN or an infinity spreads beyond its windows: see ops/row_convolution.py.
    Arguments: `images` (batch, height, width, channels); `kernel` (kernel height, kernel width,
    channels / groups, filters); the `geometry` of the window, with its padding of zeros; `groups`
    of channels, each with its own filters.
    Returns (batch, output height, output width, filters).
    Raises ShapeError where the arrays don't fit the geometry or each other.
    Convention: https://keras.io/api/layers/convolution_layers/convolution2d/

    >>> from cnncalc.geometry import geometry
    >>> image = np.array([[18.0, 54.0], [51.0, 239.0]]).reshape(1, 2, 2, 1)
    >>> convolve(image, np.ones((1, 2, 1, 1)), geometry((2, 2), (1, 2)))[0, :, :, 0]
    array([[ 72.],
           [290.]])
    """
    # nhwc,ijcf->nyxf
    _require_fit(images, kernel, geometry, groups)
    shape = (len(images), *geometry.output, kernel.shape[3])
    result = np.empty(shape, np.result_type(images, kernel))
    method = convolution_method(geometry, kernel.shape[2], kernel.shape[3] // groups)
    if method.name == "rows":
        _convolve_by_rows(images, kernel, geometry, groups, result)
    else:
        _convolve_by_patches(images, kernel, geometry, groups, result)
    return result


def _convolve_by_patches(
    images: Array, kernel: Array, geometry: Geometry, groups: int, result: Array
) -> None:
    for tile, patches, filters in _patches(images, kernel, geometry, groups):
        block = result[(*tile, filters)]
        weights = kernel[..., filters].reshape(patches.shape[1], -1)
        if block.flags.c_contiguous:
            np.matmul(patches, weights, out=block.reshape(len(patches), -1))
        else:
            block[...] = (patches @ weights).reshape(block.shape)
        # The next tile's patches take these' memory: a page's first use costs more than its work.
        del patches


def _convolve_by_rows(
    images: Array, kernel: Array, geometry: Geometry, groups: int, result: Array
) -> None:
    depth, filters = kernel.shape[2:]
    first = kernel[..., :1]
    if depth == 1 and filters == groups and (kernel == first).all():
        # Each channel by one kernel, as a photo is blurred: the channels may stay side by side.
        if _taps_are_faster(geometry):
            convolve_taps(images, kernel[:, :, 0, 0], geometry, result)
        else:
            convolve_rows(images, first, geometry, result)
        return
    for ins, outs in _groups(depth, filters, groups):
        convolve_rows(images[..., ins], kernel[..., outs], geometry, result[..., outs])


def _taps_are_faster(geometry: Geometry) -> bool:
    # A kernel of one column meets rows as they lie.
    few = geometry.kernel.width > 1 and prod(geometry.kernel) <= KERNEL_CELLS_FOR_TAPS
    return few and prod(geometry.output) >= CELLS_FOR_TAPS


def convolve_kernel_gradient(
    gradient: Array, images: Array, geometry: Geometry, groups: int = 1
) -> Array:
    """Return a loss's gradient by the kernel, given its gradient by the convolution's output.

    Arguments: `gradient` (batch, output height, output width, filters); the convolved `images`
    (batch, height, width, channels); the window's `geometry`; `groups` of channels.
    Returns (kernel height, kernel width, channels / groups, filters).
    Raises ShapeError where the arrays don't fit the geometry or each other.
    """
    # nyxf,nhwc->ijcf
    shape = (*geometry.kernel, images.shape[-1] // groups, gradient.shape[-1])
    total = np.zeros(shape, np.result_type(gradient, images))
    _require_fit(images, total, geometry, groups)
    _require_gradient(gradient, (len(images), *geometry.output, shape[3]))
    for tile, patches, filters in _patches(images, total, geometry, groups):
        block = gradient[(*tile, filters)].reshape(len(patches), -1)
        total[..., filters] += (patches.T @ block).reshape(*shape[:3], -1)
        del patches  # As in _convolve_by_patches.
    return total


def convolve_input_gradient(
    gradient: Array, kernel: Array, geometry: Geometry, groups: int = 1
) -> Array:
    """Return a loss's gradient by the images, given its gradient by the convolution's output.

    Arguments: `gradient` (batch, output height, output width, filters); the `kernel` (kernel
    height, kernel width, channels / groups, filters); the window's `geometry`; `groups`.
    Returns (batch, height, width, channels).
    Raises ShapeError where the arrays don't fit the geometry or each other.
    """
    # nyxf,ijcf->nhwc
    depth, filters = kernel.shape[2:]
    _require_gradient(gradient, (len(gradient), *geometry.output, filters))
    shape = (len(gradient), *geometry.padded, depth * groups)
    total = np.zeros(shape, np.result_type(gradient, kernel))
    for tile in tiles(len(gradient), geometry, depth + filters // groups):
        covered = total[tile.covered(geometry)]
        for ins, outs in _groups(depth, filters, groups):
            given = gradient[(*tile, outs)]
            flat = given.reshape(-1, given.shape[3])
            for i, j in taps(geometry):
                share = flat @ kernel[i, j, :, outs].T
                target = tap(covered[..., ins], geometry, (i, j))
                target += share.reshape(target.shape)
    return pad_gradient(total, geometry.pads)


def depthwise_convolve(images: Array, kernel: Array, geometry: Geometry) -> Array:
    """Slide each channel's own kernels over that channel.

    It is a convolution with one group a channel: such a kernel, read in order, is a grouped one.
    Arguments: `images` (batch, height, width, channels); `kernel` (kernel height, kernel width,
    channels, depth multiplier); the window's `geometry`.
    Returns (batch, output height, output width, channels × depth multiplier); the outputs of
    channel c are c × multiplier + m.
    Raises ShapeError where the arrays don't fit the geometry or each other.
    Convention: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/

    >>> from cnncalc.geometry import geometry
    >>> image, kernel = np.array([[[[2.0, 3.0]]]]), np.array([[[[1.0, 10.0], [1.0, 10.0]]]])
    >>> depthwise_convolve(image, kernel, geometry((1, 1), 1))[0, 0, 0]
    array([ 2., 20.,  3., 30.])
    """
    # nhwc,ijcm->nyx(cm)
    return convolve(images, _as_grouped(kernel), geometry, groups=kernel.shape[2])


def depthwise_convolve_kernel_gradient(gradient: Array, images: Array, geometry: Geometry) -> Array:
    """Return a loss's gradient by the kernel, given its gradient by the output.

    Arguments: `gradient` (batch, output height, output width, channels × depth multiplier); the
    convolved `images` (batch, height, width, channels); the window's `geometry`.
    Returns (kernel height, kernel width, channels, depth multiplier).
    Raises ShapeError where the arrays don't fit the geometry or each other.
    """
    # nyx(cm),nhwc->ijcm
    channels = images.shape[-1]
    grouped = convolve_kernel_gradient(gradient, images, geometry, groups=channels)
    return grouped.reshape(*geometry.kernel, channels, -1)


def depthwise_convolve_input_gradient(gradient: Array, kernel: Array, geometry: Geometry) -> Array:
    """Return a loss's gradient by the images, given its gradient by the output.

    Arguments: `gradient` (batch, output height, output width, channels × depth multiplier); the
    `kernel` (kernel height, kernel width, channels, depth multiplier); the window's `geometry`.
    Returns (batch, height, width, channels).
    Raises ShapeError where the arrays don't fit the geometry or each other.
    """
    # nyx(cm),ijcm->nhwc
    return convolve_input_gradient(gradient, _as_grouped(kernel), geometry, kernel.shape[2])


def _as_grouped(kernel: Array) -> Array:
    height, width, channels, multiplier = kernel.shape
    return kernel.reshape(height, width, 1, channels * multiplier)


def _patches(
    images: Array, kernel: Array, geometry: Geometry, groups: int
) -> Iterator[tuple[Tile, Array, slice]]:
    """Yield each tile's patch matrix, once a group, with the slice of the group's filters."""
    height, width, depth, filters = kernel.shape
    for tile in tiles(len(images), geometry, height * width * depth, CELLS_OF_PRODUCT):
        covered = padded_input(images, geometry, tile)
        for ins, outs in _groups(depth, filters, groups):
            yield tile, patch_matrix(covered[..., ins], geometry), outs


def _groups(depth: int, filters: int, groups: int) -> Iterator[tuple[slice, slice]]:
    """Yield each group's slice of the channels and slice of the filters."""
    in_group = filters // groups
    for group in range(groups):
        yield (
            slice(group * depth, (group + 1) * depth),
            slice(group * in_group, (group + 1) * in_group),
        )


def _require_fit(images: Array, kernel: Array, geometry: Geometry, groups: int) -> None:
    require_images(images, geometry)
    *size, depth, filters = kernel.shape
    if tuple(size) != geometry.kernel or depth * groups != images.shape[3] or filters % groups:
        height, width = geometry.kernel
        message = (
            f"kernel must have the shape ({height}, {width}, channels / groups, filters) for "
            f"images of {images.shape[3]} channels, its filters divided by groups. "
            f"Received: kernel.shape={kernel.shape}, groups={groups}"
        )
        raise ShapeError(message)


def _require_gradient(gradient: Array, shape: tuple[int, ...]) -> None:
    if gradient.shape != shape:
        message = (
            f"gradient must have the shape of the convolution's output, {shape}. "
            f"Received: gradient.shape={gradient.shape}"
        )
        raise ShapeError(message)
