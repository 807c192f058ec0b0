"""Layers with every option, as hypothesis draws them for the tests of networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from cnncalc.layers import (
    ACTIVATIONS,
    ELU,
    L1,
    L1L2,
    L2,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Identity,
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Shape,
    Softmax,
    ZeroPadding2D,
)

image_shapes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 2, 3, 4]))
flat_shapes = st.tuples(st.integers(1, 6))
activations = st.sampled_from([None, *ACTIVATIONS])
flags = st.booleans()
numbers = st.floats(-2, 2).map(lambda number: round(number, 3))
positive = st.floats(0, 2).map(lambda number: round(number, 3))
frozen = st.sampled_from([False, False, False, True])
regularizers = (
    st.none()
    | st.builds(L1, positive)
    | st.builds(L2, positive)
    | st.builds(L1L2, positive, positive)
)


def windows(draw: st.DrawFn, shape: Shape, keras: bool) -> dict[str, object]:
    """Draw a kernel's size, strides, padding and dilation that fit an image."""
    kernel = tuple(draw(st.integers(1, min(3, size))) for size in shape[:2])
    dilation = tuple(
        draw(st.integers(1, max(1, (size - 1) // max(cells - 1, 1)))) if cells > 1 else 1
        for size, cells in zip(shape[:2], kernel, strict=True)
    )
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    if keras and max(strides) > 1:
        dilation = (1, 1)
    return {
        "kernel_size": kernel,
        "strides": strides,
        "padding": draw(paddings(keras)),
        "dilation_rate": dilation,
    }


def paddings(keras: bool) -> st.SearchStrategy[object]:
    named = st.sampled_from(["valid", "same"])
    return named if keras else named | st.tuples(*[st.integers(0, 2)] * 4)


def conv2d(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    groups = draw(st.sampled_from([n for n in (1, 2, 4) if shape[2] % n == 0]))
    return Conv2D(
        groups * draw(st.integers(1, 3)),
        groups=groups,
        activation=draw(activations),
        use_bias=draw(flags),
        kernel_regularizer=draw(regularizers),
        **windows(draw, shape, keras),
    )


def depthwise(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    options = windows(draw, shape, keras)
    # TensorFlow, and so Keras there, takes equal strides only.
    options["strides"] = draw(st.integers(1, 3)) if options["dilation_rate"] == (1, 1) else 1
    return DepthwiseConv2D(
        depth_multiplier=draw(st.integers(1, 3)),
        activation=draw(activations),
        use_bias=draw(flags),
        depthwise_regularizer=draw(regularizers),
        **options,
    )


def pooling(kind: type[Layer]) -> Callable[[st.DrawFn, Shape, bool], Layer]:
    def build(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
        size = tuple(draw(st.integers(1, min(3, cells))) for cells in shape[:2])
        strides = draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3)))
        numeric = st.tuples(*(st.integers(0, cells - 1) for cells in size))
        named = st.sampled_from(["valid", "same"])
        return kind(size, strides, draw(named if keras else named | numeric))

    return build


def cropping(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    above, left = (draw(st.integers(0, cells - 1)) for cells in shape[:2])
    below, right = (
        draw(st.integers(0, cells - 1 - before))
        for cells, before in zip(shape[:2], (above, left), strict=True)
    )
    chosen = st.sets(st.integers(0, shape[-1] - 1), min_size=1).map(sorted)
    return Cropping2D((above, below, left, right), channels=None if keras else draw(chosen))


def rescaling(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    each = st.lists(numbers, min_size=shape[-1], max_size=shape[-1]).map(tuple)
    return Rescaling(draw(numbers | each), draw(numbers | each))


def relu(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    ceiling = draw(st.none() | positive | st.just(6.0))
    return ReLU(ceiling, draw(st.just(0.0) | positive), draw(st.just(0.0) | positive))


def normalization(draw: st.DrawFn, shape: Shape, keras: bool) -> Layer:
    return BatchNormalization(
        momentum=draw(st.sampled_from([0.99, 0.5])),
        epsilon=draw(st.sampled_from([0.001, 0.1])),
        center=draw(flags),
        scale=draw(flags),
    )


Builder = Callable[[st.DrawFn, Shape, bool], Layer]

IMAGE_LAYERS: dict[type[Layer], Builder] = {
    ZeroPadding2D: lambda draw, shape, keras: ZeroPadding2D(
        draw(st.tuples(*[st.integers(0, 3)] * 4))
    ),
    Cropping2D: cropping,
    Conv2D: conv2d,
    DepthwiseConv2D: depthwise,
    MaxPooling2D: pooling(MaxPooling2D),
    AveragePooling2D: pooling(AveragePooling2D),
    L2Pooling2D: pooling(L2Pooling2D),
    GlobalAveragePooling2D: lambda draw, shape, keras: GlobalAveragePooling2D(keepdims=draw(flags)),
    GlobalMaxPooling2D: lambda draw, shape, keras: GlobalMaxPooling2D(keepdims=draw(flags)),
    Combine: lambda draw, shape, keras: Combine(draw(st.sampled_from(["sum", "max"]))),
}

ANY_LAYERS: dict[type[Layer], Builder] = {
    InputLayer: lambda draw, shape, keras: InputLayer(shape),
    Rescaling: rescaling,
    Flatten: lambda draw, shape, keras: Flatten(),
    Dense: lambda draw, shape, keras: Dense(
        draw(st.integers(1, 4)),
        draw(activations),
        draw(flags),
        kernel_regularizer=draw(regularizers),
        bias_regularizer=draw(regularizers),
    ),
    Activation: lambda draw, shape, keras: Activation(draw(activations)),
    ReLU: relu,
    LeakyReLU: lambda draw, shape, keras: LeakyReLU(draw(positive)),
    ELU: lambda draw, shape, keras: ELU(draw(positive)),
    Softmax: lambda draw, shape, keras: Softmax(),
    Dropout: lambda draw, shape, keras: Dropout(draw(st.sampled_from([0, 0.25, 0.5, 1]))),
    Identity: lambda draw, shape, keras: Identity(),
    BatchNormalization: normalization,
}

NOT_KERAS = (L2Pooling2D, Combine, InputLayer)
EVERY_LAYER = {**IMAGE_LAYERS, **ANY_LAYERS}
KERAS_LAYERS = {kind: build for kind, build in EVERY_LAYER.items() if kind not in NOT_KERAS}


@st.composite
def layer_and_shape(draw: st.DrawFn, kind: type[Layer], keras: bool = False) -> tuple[Layer, Shape]:
    """Draw a layer of one kind and an input shape that it takes."""
    shapes = image_shapes if kind in IMAGE_LAYERS else image_shapes | flat_shapes
    shape = draw(shapes)
    return replace(EVERY_LAYER[kind](draw, shape, keras), trainable=not draw(frozen)), shape


@st.composite
def chains(draw: st.DrawFn, longest: int = 5, keras: bool = False) -> tuple[list[Layer], Shape]:
    """Draw layers in a row, each fit for what the one before gives, and the first input shape."""
    shape = first = draw(image_shapes)
    result = []
    for _ in range(draw(st.integers(1, longest))):
        kinds = EVERY_LAYER if len(shape) == 3 else ANY_LAYERS
        left_out = NOT_KERAS if keras else (InputLayer,)
        kind = draw(st.sampled_from([kind for kind in kinds if kind not in left_out]))
        layer = EVERY_LAYER[kind](draw, shape, keras)
        result.append(replace(layer, trainable=not draw(frozen)))
        shape = result[-1].output_shape(shape)
    return result, first
