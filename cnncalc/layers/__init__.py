"""Layer specifications in Keras's vocabulary: what a layer is, never what it computes.

A layer is an immutable value. It knows its shapes and counts; its arithmetic is in `ops`, its
weights are in a `Network`. Shapes are (height, width, channels), or (units,) once flattened.
Arguments, their order and their defaults are Keras's (https://keras.io/api/layers/); `padding`
takes numbers as well (see `shapes.normalize_padding`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from cnncalc.layers.passing import Identity, InferenceOnly, PassingLayer
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

if TYPE_CHECKING:
    from cnncalc.layers.inference_only import (
        INFERENCE_ONLY_LAYERS,
        AlphaDropout,
        GaussianDropout,
        GaussianNoise,
        RandomBrightness,
        RandomColorDegeneration,
        RandomColorJitter,
        RandomContrast,
        RandomElasticTransform,
        RandomErasing,
        RandomFlip,
        RandomGaussianBlur,
        RandomGrayscale,
        RandomHue,
        RandomInvert,
        RandomPerspective,
        RandomPosterization,
        RandomRotation,
        RandomSaturation,
        RandomSharpness,
        RandomShear,
        RandomTranslation,
        RandomZoom,
        SpatialDropout2D,
    )

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "INFERENCE_ONLY_LAYERS",
    "L1",
    "L1L2",
    "L2",
    "LINEAR",
    "MERGE_LAYERS",
    "SIGMOID",
    "SOFTMAX",
    "Activation",
    "ActivationLayer",
    "Add",
    "AlphaDropout",
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
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalPoolingLayer",
    "Identity",
    "InferenceOnly",
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
    "PassingLayer",
    "PoolingLayer",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "Rescaling",
    "Shape",
    "Softmax",
    "SpatialDropout2D",
    "Subtract",
    "WindowLayer",
    "ZeroPadding2D",
]


# They are 23 classes, which take as long to make as all other layers do, and few networks have any.
def __getattr__(name: str) -> Any:  # noqa: ANN401 (any of the layers)
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.inference_only"), name)
