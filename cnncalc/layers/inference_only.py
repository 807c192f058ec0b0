"""Keras's layers that hand on what they are given in prediction, and change it in training alone.

These are noise and data augmentation. They keep their arguments, to be written back as they were.
https://keras.io/api/layers/preprocessing_layers/image_augmentation/
"""

from __future__ import annotations

from dataclasses import field, make_dataclass
from typing import cast

from cnncalc.layers.passing import InferenceOnly

__all__ = [
    "INFERENCE_ONLY_LAYERS",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
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
    "SpatialDropout2D",
]


def _kind(name: str, arguments: str, **defaults: object) -> type[InferenceOnly]:
    """Return the class of Keras's layer of a name.

    Arguments: all `arguments` of Keras's layer, in its order; the `defaults` of those that have one
    and that say what the layer does.
    """
    names = tuple(arguments.split())
    kept = [argument for argument in names if argument not in _UNSAID]
    fields = [
        (argument, object, field(default=defaults[argument]) if argument in defaults else field())
        for argument in kept
    ]
    text = f"Keras's {name}: in prediction, all numbers as they are."
    about = {"keras_arguments": names, "__doc__": text, "__module__": __name__}
    kind = make_dataclass(name, fields, bases=(InferenceOnly,), namespace=about, frozen=True)
    return cast("type[InferenceOnly]", kind)


# They don't say what is done to the numbers, or have one value alone.
_UNSAID = ("data_format", "dtype", "noise_shape", "seed")
_PIXELS = (0, 255)

RandomFlip = _kind("RandomFlip", "mode seed data_format", mode="horizontal_and_vertical")
RandomRotation = _kind(
    "RandomRotation",
    "factor fill_mode interpolation seed fill_value data_format",
    fill_mode="reflect",
    interpolation="bilinear",
    fill_value=0.0,
)
RandomZoom = _kind(
    "RandomZoom",
    "height_factor width_factor fill_mode interpolation seed fill_value data_format",
    width_factor=None,
    fill_mode="reflect",
    interpolation="bilinear",
    fill_value=0.0,
)
RandomTranslation = _kind(
    "RandomTranslation",
    "height_factor width_factor fill_mode interpolation seed fill_value data_format",
    fill_mode="reflect",
    interpolation="bilinear",
    fill_value=0.0,
)
RandomShear = _kind(
    "RandomShear",
    "x_factor y_factor interpolation fill_mode fill_value data_format seed",
    x_factor=0.0,
    y_factor=0.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
)
RandomPerspective = _kind(
    "RandomPerspective",
    "factor scale interpolation fill_value seed data_format",
    factor=1.0,
    scale=1.0,
    interpolation="bilinear",
    fill_value=0.0,
)
RandomElasticTransform = _kind(
    "RandomElasticTransform",
    "factor scale interpolation fill_mode fill_value value_range seed data_format",
    factor=1.0,
    scale=1.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    value_range=_PIXELS,
)
RandomErasing = _kind(
    "RandomErasing",
    "factor scale fill_value value_range seed data_format",
    factor=1.0,
    scale=(0.02, 0.33),
    fill_value=None,
    value_range=_PIXELS,
)
RandomGaussianBlur = _kind(
    "RandomGaussianBlur",
    "factor kernel_size sigma value_range data_format seed",
    factor=1.0,
    kernel_size=3,
    sigma=1.0,
    value_range=_PIXELS,
)
RandomBrightness = _kind("RandomBrightness", "factor value_range seed", value_range=_PIXELS)
RandomContrast = _kind("RandomContrast", "factor value_range seed", value_range=_PIXELS)
RandomColorDegeneration = _kind(
    "RandomColorDegeneration", "factor value_range data_format seed", value_range=_PIXELS
)
RandomColorJitter = _kind(
    "RandomColorJitter",
    "value_range brightness_factor contrast_factor saturation_factor hue_factor seed data_format",
    value_range=_PIXELS,
    brightness_factor=None,
    contrast_factor=None,
    saturation_factor=None,
    hue_factor=None,
)
RandomGrayscale = _kind("RandomGrayscale", "factor data_format seed", factor=0.5)
RandomHue = _kind("RandomHue", "factor value_range data_format seed", value_range=_PIXELS)
RandomInvert = _kind(
    "RandomInvert", "factor value_range seed data_format", factor=1.0, value_range=_PIXELS
)
RandomPosterization = _kind(
    "RandomPosterization", "factor value_range data_format seed", value_range=_PIXELS
)
RandomSaturation = _kind(
    "RandomSaturation", "factor value_range data_format seed", value_range=_PIXELS
)
RandomSharpness = _kind(
    "RandomSharpness", "factor value_range data_format seed", value_range=_PIXELS
)
GaussianNoise = _kind("GaussianNoise", "stddev seed")
GaussianDropout = _kind("GaussianDropout", "rate seed")
AlphaDropout = _kind("AlphaDropout", "rate noise_shape seed")
SpatialDropout2D = _kind("SpatialDropout2D", "rate data_format seed dtype")

INFERENCE_ONLY_LAYERS: tuple[type[InferenceOnly], ...] = (
    RandomFlip,
    RandomRotation,
    RandomZoom,
    RandomTranslation,
    RandomShear,
    RandomPerspective,
    RandomElasticTransform,
    RandomErasing,
    RandomGaussianBlur,
    RandomBrightness,
    RandomContrast,
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomSaturation,
    RandomSharpness,
    GaussianNoise,
    GaussianDropout,
    AlphaDropout,
    SpatialDropout2D,
)
