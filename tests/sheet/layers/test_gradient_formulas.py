"""Formulas look like their rules: here each reads a sheet named after what it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cnncalc.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    L2Pooling2D,
    MaxPooling2D,
    ReLU,
    Rescaling,
)
from cnncalc.layers.names import named
from cnncalc.sheet.blocks import Finder
from cnncalc.sheet.layers.gradients import gradient_volumes, weight_gradient_volumes
from cnncalc.sheet.layers.network import image_source, layer_volumes
from cnncalc.sheet.layers.smaller_steps import shared_volumes
from cnncalc.sheet.plan import STAY, Quantity, Reference


@dataclass(frozen=True)
class NamingFinder(Finder):
    """Finds every slice in the corner of a sheet that has its name, and its sample's number."""

    def __call__(self, quantity, index, size=(1, 1), steps=(STAY, STAY)):
        name = quantity.name or "image"
        sample = "" if quantity.sample is None else f" {quantity.sample}"
        return Reference(f"{name}{sample}", 0, 0, *size, *steps)


def formulas(layer, shape, samples=2):
    """The formula of each quantity of a layer's backward pass: its first cell's."""
    (layer,) = named([layer])
    source = replace(image_source(shape), is_drawn=True)
    _, after = layer_volumes(layer, source)
    given = replace(after, quantity=Quantity("gradient", layer.name, "output"))
    volumes, _ = gradient_volumes(layer, source, given, True)
    volumes += shared_volumes(layer, source, True)
    volumes += weight_gradient_volumes(layer, source, given, samples)
    found = {}
    for volume in volumes:
        blocks = volume.draw(volume.items[0].index, NamingFinder({}, ""))
        block = next(block for block in blocks if block.formula)
        found[volume.quantity.name] = block.formula.text(0, 0)
    return found


def test_a_kernels_gradient_is_error_times_input_window_over_all_samples():
    found = formulas(Conv2D(1, 2), (4, 4, 1))
    terms = [f"SUMPRODUCT('output {s}'!$A$1:$C$3,'image {s}'!A1:C3)" for s in (0, 1)]
    assert found["kernel"] == "+".join(terms)
    assert found["bias"] == "SUM('output 0'!$A$1:$C$3)+SUM('output 1'!$A$1:$C$3)"


def test_the_inputs_gradient_is_error_times_turned_kernel():
    found = formulas(Conv2D(1, 2), (4, 4, 1))
    expected = "SUMPRODUCT('gradient framed'!A1:B2,'gradient flipped kernel'!$A$1:$B$2)"
    assert found["input"] == expected
    assert found["gradient framed"] == "output!A1"
    assert found["gradient flipped kernel"] == "kernel!B2"


def test_errors_of_strides_are_spread_out_first():
    found = formulas(Conv2D(1, 2, strides=2), (4, 4, 1), samples=1)
    assert found["gradient spread out"] == "output!$A$1"
    assert found["gradient framed"] == "'gradient spread out'!A1"
    assert found["kernel"] == "SUMPRODUCT('gradient spread out 0'!$A$1:$C$3,'image 0'!A1:C3)"


def test_a_kernel_of_a_single_cell_is_not_turned_nor_its_errors_framed():
    found = formulas(Conv2D(2, 1), (3, 3, 1))
    assert found["input"] == "output!A1*kernel!$A$1+output!A1*kernel!$A$1"
    assert {"gradient framed", "gradient flipped kernel"}.isdisjoint(found)


def test_a_dense_kernels_gradient_is_error_times_input():
    found = formulas(Dense(3, "relu"), (2,))
    assert found["pre-activation"] == "IF(activation!A1>0.000000000001,output!A1,0)"
    errors = [f"'pre-activation {s}'!A1*'inputs {s}'!A1" for s in (0, 1)]
    assert found["kernel"] == "+".join(errors)
    assert found["bias"] == "'pre-activation 0'!A1+'pre-activation 1'!A1"
    assert found["input"] == "SUMPRODUCT(kernel!A1:C1,'pre-activation'!$A$1:$C$1)"


def test_max_pooling_hands_the_error_to_the_first_maximum():
    """Whatever is within 1e-12 of the maximum counts as the maximum."""
    found = formulas(MaxPooling2D(2), (4, 4, 1))
    least = "'gradient least maximum'!A1"
    assert found["gradient least maximum"] == ("pooling!A1-0.000000000001*MAX(1,ABS(pooling!A1))")
    assert found["gradient first maximum"] == (
        f"MIN(IF(image!A1>={least},1,5),IF(image!B1>={least},2,5),"
        f"IF(image!A2>={least},3,5),IF(image!B2>={least},4,5))"
    )
    assert found["gradient equal maxima"] == (
        f"SUM(IF(image!A1>={least},1,0),IF(image!B1>={least},1,0),"
        f"IF(image!A2>={least},1,0),IF(image!B2>={least},1,0))"
    )
    assert found["input"] == "IF('gradient first maximum'!A1=1,output!A1,0)"


@pytest.mark.parametrize(
    ("layer", "share", "gradient"),
    [
        (AveragePooling2D(2), "output!A1/4", "'gradient shares'!A1"),
        (AveragePooling2D(2, padding="same"), "output!A1/COUNT('padded input'!A1:B2)", None),
        (
            L2Pooling2D(2),
            "IF(pooling!A1=0,0,output!A1/pooling!A1)",
            "image!A1*'gradient shares'!A1",
        ),
    ],
)
def test_other_poolings_share_the_error_out(layer, share, gradient):
    found = formulas(layer, (5, 5, 1))
    assert found["gradient shares"] == share
    assert found["input"] == (gradient or "'gradient shares'!A1")


def test_a_cell_under_several_windows_adds_up_their_shares():
    (layer,) = named([AveragePooling2D(3, strides=1)])
    source = image_source((5, 5, 1))
    given = replace(layer_volumes(layer, source)[1], quantity=Quantity("gradient", "", "output"))
    (*_, volume), _ = gradient_volumes(layer, source, given, True)
    blocks = volume.draw((0,), NamingFinder({}, ""))
    texts = {block.range: block.formula.text(0, 0) for block in blocks}
    assert texts["A1"] == "'gradient shares'!A1"
    assert texts["C3"] == "SUM('gradient shares'!A1:C3)"


def test_padding_is_never_a_maximum():
    """An empty cell is 0 in a comparison, and so would be more than negative numbers."""
    found = formulas(MaxPooling2D((1, 2), padding="same"), (1, 3, 1))
    image, least = "'padded input'", "'gradient least maximum'!A1"
    assert found["gradient first maximum"] == (
        f"MIN(IF(ISNUMBER({image}!A1),IF({image}!A1>={least},1,3),3),"
        f"IF(ISNUMBER({image}!B1),IF({image}!B1>={least},2,3),3))"
    )


def test_global_max_pooling_searches_the_slice_row_by_row():
    found = formulas(GlobalMaxPooling2D(), (2, 2, 1))
    least = "'gradient least maximum'!$A$1"
    assert found["gradient least maximum"] == (
        "'global pooling'!$A$1-0.000000000001*MAX(1,ABS('global pooling'!$A$1))"
    )
    assert found["gradient first maximum"] == (
        f"MIN(IF(image!$A$1>={least},1,5),IF(image!$B$1>={least},2,5),"
        f"IF(image!$A$2>={least},3,5),IF(image!$B$2>={least},4,5))"
    )


@pytest.mark.parametrize(
    ("layer", "shape", "parts"),
    [
        (MaxPooling2D(11), (11, 11, 1), "'gradient partial {}'!A1,'gradient partial {}'!A1"),
        (GlobalMaxPooling2D(), (11, 11, 1), "'gradient partial {}'!$A$1:$A$2"),
    ],
)
def test_more_than_100_cells_are_searched_in_parts(layer, shape, parts):
    found = formulas(layer, shape)
    for step, join in (("first maximum", "MIN"), ("equal maxima", "SUM")):
        assert found[f"gradient {step}"] == f"{join}({parts.replace('{}', step)})"
        assert found[f"gradient partial {step}"].count("IF") == 100


def test_what_only_moves_numbers_moves_errors_back():
    assert formulas(Flatten(), (2, 3, 2))["input"] == "output!A1"
    assert formulas(Rescaling(0.1), (2,))["input"] == "output!A1*0.1"


def test_a_rectifier_lets_pass_at_its_kinks_what_keras_does():
    def slope(*options):
        return formulas(ReLU(*options), (2,))["input"].replace("image!A1", "x")

    assert slope(None, 0.5) == "IF(x>0.000000000001,output!A1,0.5*output!A1)"
    assert slope(6) == "IF(x>0.000000000001,IF(x>=5.999999999994,0,output!A1),0)"
    at_threshold = "IF(x<0.999999999999,0.5*output!A1,0)"
    passed = "IF(x>6.000000000006,0,output!A1)"
    assert slope(6, 0.5, 1) == f"IF(x>1.000000000001,{passed},{at_threshold})"


@pytest.mark.parametrize("layer", [Conv2D(2, 2), Dense(2), MaxPooling2D(2), L2Pooling2D(2)])
def test_every_volume_states_its_rule(layer):
    (layer,) = named([layer])
    source = image_source((4, 4, 1))
    _, after = layer_volumes(layer, source)
    volumes, _ = gradient_volumes(layer, source, after, True)
    volumes += shared_volumes(layer, source, True) + weight_gradient_volumes(
        layer, source, after, 2
    )
    assert all(volume.rule.endswith(".") for volume in volumes)
