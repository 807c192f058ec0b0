"""Files of Keras 2.15 are read by their own names, and their optimizers are gone on with."""

import numpy as np
import pytest

from cnncalc.errors import InputError
from cnncalc.files.keras_archive import read_keras
from cnncalc.files.trained_models import read_model
from cnncalc.notation import write
from cnncalc.training.dataset import Parts, make_dataset
from cnncalc.training.fit import fit
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, RMSprop
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import begin
from tests.files.keras_2_files import keras_2_layer, save_keras_2
from tests.training.examples import flat


def test_layers_have_the_names_of_keras_2(tmp_path):
    path = tmp_path / "old.keras"
    layers = [
        keras_2_layer("Conv2D", (6, 6, 2), filters=3, kernel_size=[3, 3], strides=[1, 1],
                      padding="valid", groups=1, activation="linear", use_bias=False,
                      batch_input_shape=[None, 6, 6, 2], name="conv"),
        keras_2_layer("BatchNormalization", (4, 4, 3), axis=[3], momentum=0.99, epsilon=0.001),
        keras_2_layer("LeakyReLU", (4, 4, 3), alpha=0.10000000149011612),
        keras_2_layer("ReLU", (4, 4, 3), max_value=6.0, negative_slope=0.20000000298023224,
                      threshold=0.0),
        keras_2_layer("ELU", (4, 4, 3), alpha=0.699999988079071),
        keras_2_layer("DepthwiseConv2D", (4, 4, 3), kernel_size=[2, 2], groups=1, use_bias=False),
        keras_2_layer("Dropout", (3, 3, 3), rate=0.2, noise_shape=None, seed=None),
        keras_2_layer("Flatten", (3, 3, 3), data_format="channels_last"),
        keras_2_layer("BatchNormalization", (27,), axis=[1], name="flat"),
        keras_2_layer("Dense", (27,), units=3, activation="softmax", use_bias=False),
    ]  # fmt: skip
    weights = {
        "conv2d": [np.ones((3, 3, 2, 3), np.float32)],
        "batch_normalization": [np.ones(3, np.float32)] * 4,
        "depthwise_conv2d": [np.ones((2, 2, 3, 1), np.float32)],
        "batch_normalization_1": [np.ones(27, np.float32)] * 4,
        "dense": [np.ones((27, 3), np.float32)],
    }
    save_keras_2(path, layers, weights)
    model = read_keras(path)
    assert (model.notes, model.uncalculated, model.compile_config) == ((), (), None)
    assert write(model.network.layers).split("; ") == [
        'Conv2D(3, 3, use_bias=False, name="conv")',
        'BatchNormalization(name="batchnormalization")',
        'LeakyReLU(negative_slope=0.1, name="leakyrelu")',
        'ReLU(max_value=6, negative_slope=0.2, name="relu")',
        "ELU(alpha=0.7)",
        'DepthwiseConv2D(2, use_bias=False, name="depthwiseconv2d")',
        "Dropout(0.2)",
        "Flatten()",
        'BatchNormalization(name="flat")',
        'Dense(3, activation="softmax", use_bias=False)',
    ]


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("DepthwiseConv2D", {"kernel_size": 2, "groups": 2}, "groups must be None in cnncalc."),
        ("BatchNormalization", {"axis": [1]}, "axis must be -1 in cnncalc. Received: axis=1"),
        ("BatchNormalization", {"axis": [1, 2]}, "axis must be -1 in cnncalc."),
    ],
)
def test_what_an_old_name_would_change_is_refused(tmp_path, kind, options, message):
    path = tmp_path / "old.keras"
    save_keras_2(path, [keras_2_layer(kind, (6, 6, 2), **options)], {})
    with pytest.raises(InputError) as caught:
        read_keras(path)
    assert message in str(caught.value)


KERNEL, BIAS = np.full((72, 3), 0.01, np.float32), np.zeros(3, np.float32)
DENSE = [
    keras_2_layer("Flatten", (6, 6, 2)),
    keras_2_layer("Dense", (72,), units=3, activation="softmax", use_bias=True),
]


def save_trained(path, kind, slots, **options):
    """Save a model whose optimizer has taken 4 steps: the count of them, and its slots."""
    optimizer = {
        "module": "keras.optimizers",
        "class_name": kind,
        "config": {
            "name": kind,
            "jit_compile": True,
            "is_legacy_optimizer": False,
            "learning_rate": 0.009999999776482582,
            **options,
        },
        "registered_name": None,
    }
    compiled = {"optimizer": optimizer, "loss": "sparse_categorical_crossentropy"}
    variables = [np.array(4, np.int64), *slots]
    save_keras_2(path, DENSE, {"dense": [KERNEL, BIAS]}, compiled, variables)


def slot(value):
    return [np.full_like(KERNEL, value), np.full_like(BIAS, value)]


@pytest.mark.parametrize(
    ("optimizer", "slots", "expected"),
    [
        # Of each weight m and v in turn; the learning rate is none of the variables.
        (
            Adam(learning_rate=0.01),
            [slot(0.1)[0], slot(0.2)[0], slot(0.3)[1], slot(0.4)[1]],
            [{"momentum": 0.1, "velocity": 0.2}, {"momentum": 0.3, "velocity": 0.4}],
        ),
        (
            Adam(learning_rate=0.01, amsgrad=True),
            [slot(0.1)[0], slot(0.2)[0], slot(0.3)[1], slot(0.4)[1], *slot(0.5)],
            [
                {"momentum": 0.1, "velocity": 0.2, "velocity_hat": 0.5},
                {"momentum": 0.3, "velocity": 0.4, "velocity_hat": 0.5},
            ],
        ),
        (
            RMSprop(learning_rate=0.01, momentum=0.5),
            [*slot(0.1), *slot(0.2)],
            [{"velocity": 0.1, "momentum": 0.2}] * 2,
        ),
        (SGD(learning_rate=0.01, momentum=0.9), slot(0.1), [{"momentum": 0.1}] * 2),
        (SGD(learning_rate=0.01), slot(0), [{}, {}]),  # it keeps a momentum that it never uses
    ],
)
def test_the_state_of_an_optimizer_is_taken_in_the_order_of_keras_2(
    tmp_path, optimizer, slots, expected
):
    path = tmp_path / "old.keras"
    options = {name: value for name, value in vars(optimizer).items() if name != "learning_rate"}
    save_trained(path, type(optimizer).__name__, slots, **options)
    training = read_model(path).training
    assert (training.loss, training.optimizer) == (
        LOSSES["categorical_crossentropy"],
        optimizer,
    )
    assert (training.uncalculated, training.notes) == ((), ())
    assert training.state.iterations == 4
    found = [
        {name: float(array.max()) for name, array in slots.items()}
        for slots in training.state.slots
    ]
    assert found == [
        {name: pytest.approx(value) for name, value in slots.items()} for slots in expected
    ]


def test_going_on_from_keras_2_uses_what_its_optimizer_remembers(tmp_path):
    path = tmp_path / "old.keras"
    save_trained(path, "Adam", [slot(0.1)[0], slot(0.2)[0], slot(0.3)[1], slot(0.4)[1]])
    trained = read_model(path)
    generator = np.random.default_rng(0)
    images = generator.random((6, 6, 6, 2)).astype(np.float32)
    data = Parts(make_dataset(images, np.arange(6) % 3, ["a", "b", "c"]), None)
    plan = TrainingPlan(trained.network, optimizer=trained.training.optimizer, epochs=1)
    results = [
        flat(fit(plan, data, begin(trained.network, plan.optimizer, state)).weights)
        for state in (trained.training.state, None)
    ]
    assert results[0] != results[1]


def test_variables_of_another_optimizer_are_said_to_be_left(tmp_path):
    path = tmp_path / "old.keras"
    save_trained(path, "Adam", slot(0.1))
    training = read_model(path).training
    assert training.state is None
    assert training.notes == (
        "what the model's optimizer remembers of 4 steps can't be taken: its variables are not "
        "those that Keras keeps for these weights",
    )
