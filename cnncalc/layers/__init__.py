"""Layer specifications in Keras's vocabulary: what a layer is, never what it computes.

A layer is an immutable value. It knows its shapes and counts; its arithmetic is in `ops`, its
weights are in a `Network`. Shapes are (height, width, channels), or (units,) once flattened.
Arguments, their order and their defaults are Keras's (https://keras.io/api/layers/); `padding`
takes numbers as well (see `shapes.normalize_padding`).
"""

from cnncalc.layers.activation import (
    ELU,
    Activation,
    ActivationLayer,
    LeakyReLU,
    ReLU,
    Softmax,
)
from cnncalc.layers.base import ACTIVATIONS, LINEAR, SIGMOID, SOFTMAX, Layer, Shape, WindowLayer
from cnncalc.layers.convolution import Conv2D, ConvolutionLayer, DepthwiseConv2D, ZeroPadding2D
from cnncalc.layers.core import (
    BatchNormalization,
    Combine,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    Rescaling,
)
from cnncalc.layers.cropping import Cropping2D
from cnncalc.layers.kernel import KernelLayer
from cnncalc.layers.merging import (
    MERGE_LAYERS,
    Add,
    Average,
    Concatenate,
    Maximum,
    MergeLayer,
    Minimum,
    Multiply,
    Subtract,
)
from cnncalc.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GlobalPoolingLayer,
    L2Pooling2D,
    MaxPooling2D,
    PoolingLayer,
)
from cnncalc.layers.regularizers import L1, L1L2, L2

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "KERAS_LAYERS",
    "L1",
    "L1L2",
    "L2",
    "LINEAR",
    "MERGE_LAYERS",
    "OWN_LAYERS",
    "SIGMOID",
    "SOFTMAX",
    "Activation",
    "ActivationLayer",
    "Add",
    "Average",
    "AveragePooling2D",
    "BatchNormalization",
    "Combine",
    "Concatenate",
    "Conv2D",
    "ConvolutionLayer",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalPoolingLayer",
    "InputLayer",
    "KernelLayer",
    "L2Pooling2D",
    "Layer",
    "LeakyReLU",
    "MaxPooling2D",
    "Maximum",
    "MergeLayer",
    "Minimum",
    "Multiply",
    "PoolingLayer",
    "ReLU",
    "Rescaling",
    "Shape",
    "Softmax",
    "Subtract",
    "WindowLayer",
    "ZeroPadding2D",
]

# Every kind, in the order in which a message names them: those of Keras, and those that it lacks.
KERAS_LAYERS: tuple[type[Layer], ...] = (
    *(InputLayer, Rescaling, ZeroPadding2D, Cropping2D, Conv2D, DepthwiseConv2D),
    *(Activation, ReLU, LeakyReLU, ELU, Softmax),
    *(MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D),
    *(Flatten, Dense, Dropout, BatchNormalization),
    *MERGE_LAYERS,
)
OWN_LAYERS: tuple[type[Layer], ...] = (L2Pooling2D, Combine)
