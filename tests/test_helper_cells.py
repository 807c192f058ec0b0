import numpy as np
import pytest

from cnncalc.errors import ShapeError
from cnncalc.helper_cells import TERMS_A_PART, dilate, helper_values, parts
from cnncalc.layers import Activation, BatchNormalization, Combine, Conv2D, Dense, Softmax
from cnncalc.network import assemble
from cnncalc.shapes import Size
from cnncalc.trace import record


def traced(layer, shape, **weights):
    rng = np.random.default_rng(1)
    made = {name: rng.normal(size=size) for name, size in weights.items()}
    network = assemble([layer], shape, [made])
    return record(network, rng.normal(size=shape)).layers[0]


def test_terms_are_shared_out_without_a_gap():
    shares = parts(2 * TERMS_A_PART + 1)
    assert [n for share in shares for n in share] == list(range(2 * TERMS_A_PART + 1))
    assert max(map(len, shares)) == TERMS_A_PART


def test_too_many_terms_are_refused():
    assert len(parts(TERMS_A_PART**2)) == TERMS_A_PART
    with pytest.raises(ShapeError, match=r"1,024 channels at most. Received: 1,025"):
        parts(TERMS_A_PART**2 + 1)


def test_a_dilated_kernel_gives_the_same_convolution():
    dilated = dilate(np.array([[1.0, 2], [3, 4]]), Size(2, 3))
    assert dilated.tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]]


@pytest.mark.parametrize("groups", [1, 2])
def test_partial_sums_add_up_to_the_convolution(groups):
    depth = 80 // groups
    layer = Conv2D(4, (2, 3), padding="same", strides=2, groups=groups, use_bias=False)
    trace = traced(layer, (5, 4, 80), kernel=(2, 3, depth, 4))
    sums = helper_values(trace)["partial sums"]
    assert sums.shape == (3, 2, -(-depth // TERMS_A_PART), 4)
    np.testing.assert_allclose(sums.sum(axis=2), trace.output, rtol=1e-12)


def test_few_channels_need_no_partial_sums():
    trace = traced(Conv2D(2, 1), (3, 3, TERMS_A_PART), kernel=(1, 1, 32, 2), bias=(2,))
    assert helper_values(trace) == {}


@pytest.mark.parametrize(("mode", "join"), [("sum", np.sum), ("max", np.max)])
def test_partial_results_join_to_the_combination(mode, join):
    trace = traced(Combine(mode), (2, 3, 40))
    partial = helper_values(trace)["partial combined"]
    np.testing.assert_allclose(join(partial, axis=-1, keepdims=True), trace.output, rtol=1e-12)


def test_softmax_comes_apart_into_its_steps():
    trace = traced(Activation("softmax"), (2, 3, 40))
    steps = helper_values(trace)
    np.testing.assert_allclose(steps["exponentials"] / steps["total"], trace.output, rtol=1e-12)
    assert steps["exponentials"].max() == 1
    np.testing.assert_array_equal(steps["partial largest"].max(-1, keepdims=True), steps["largest"])
    np.testing.assert_allclose(steps["partial total"].sum(-1, keepdims=True), steps["total"])


def test_the_inputs_of_a_dense_layer_stand_in_a_column():
    trace = traced(Dense(3), (40,), kernel=(40, 3), bias=(3,))
    assert helper_values(trace).keys() == {"inputs"}
    np.testing.assert_array_equal(helper_values(trace)["inputs"], trace.input[:, np.newaxis])


def test_partial_sums_add_up_to_a_dense_layers_sums_at_each_position():
    trace = traced(Dense(3, use_bias=False), (2, 4, 40), kernel=(40, 3))
    sums = helper_values(trace)["partial sums"]
    assert sums.shape == (2, 4, 2, 3)
    np.testing.assert_allclose(sums.sum(axis=2), trace.output, rtol=1e-12)


def test_a_normalization_divides_by_the_standard_deviation():
    layer = BatchNormalization(epsilon=0.5, center=False, scale=False)
    weights = {"moving_mean": np.array([1.0, 2]), "moving_variance": np.array([0.5, 3.5])}
    trace = record(assemble([layer], (2,), [weights]), [3.0, 6.0]).layers[0]
    assert helper_values(trace)["standard deviation"].tolist() == [1, 2]
    assert trace.output.tolist() == [2, 2]


@pytest.mark.parametrize("layer", [Softmax(), Activation("softmax")])
def test_softmax_of_a_vector_needs_no_parts(layer):
    trace = traced(layer, (2_000,))
    steps = helper_values(trace)
    assert {name: step.shape for name, step in steps.items()} == {
        "largest": (1,),
        "exponentials": (2_000,),
        "total": (1,),
    }
    np.testing.assert_allclose(steps["exponentials"] / steps["total"], trace.output, rtol=1e-12)
