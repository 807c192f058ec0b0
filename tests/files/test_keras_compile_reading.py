import pytest

from cnncalc.files.keras_compile_reading import (
    notes_on_metrics,
    read_loss,
    read_optimizer,
    read_rest,
)
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.schedules import CosineDecay


def of_keras(kind, **config):
    return {
        "module": "keras.losses",
        "class_name": kind,
        "config": config,
        "registered_name": None,
    }


def adam(**options):
    return of_keras("Adam", name="adam", learning_rate=0.001, **options)


def said(options):
    return [str(option) for option in options]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("sparse_categorical_crossentropy", "categorical_crossentropy"),
        ("CategoricalCrossentropy", "categorical_crossentropy"),
        ("MSE", "mean_squared_error"),
        (["bce"], "binary_crossentropy"),
        ({"out": "mse"}, "mean_squared_error"),
        ({"class_name": "function", "config": "mean_squared_error"}, "mean_squared_error"),
        (
            of_keras("BinaryCrossentropy", axis=-1, label_smoothing=0.0, reduction="auto"),
            "binary_crossentropy",
        ),
        (
            of_keras("SparseCategoricalCrossentropy", ignore_class=None, fn="any"),
            "categorical_crossentropy",
        ),
        (of_keras("MeanSquaredError", reduction="mean", name="mine"), "mean_squared_error"),
        (
            of_keras("MeanSquaredError", dtype=of_keras("DTypePolicy", name="float64")),
            "mean_squared_error",
        ),
    ],
)
def test_a_loss_of_ours_is_taken_as_keras_writes_it(given, name):
    assert read_loss({"loss": given}) == (LOSSES[name], [])


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("SparseCategoricalCrossentropy", {"ignore_class": 0}, "loss: ignore_class=0"),
        ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "loss: label_smoothing=0.1"),
        ("CategoricalCrossentropy", {"axis": 0}, "loss: axis=0"),
        ("MeanSquaredError", {"reduction": "sum"}, "loss: reduction=sum"),
        ("MeanSquaredError", {"reduction": None}, "loss: reduction=None"),
        ("MeanSquaredError", {"new": 0}, "loss: new=0"),
    ],
)
def test_an_option_of_a_loss_that_is_set_is_told_from_its_default(kind, options, expected):
    loss, found = read_loss({"loss": of_keras(kind, **options)})
    assert loss in LOSSES.values()
    assert said(found) == [expected]
    assert [(option.replaced_by, option.changes_loss) for option in found] == [(("--loss",), True)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mae", "loss=mae"),
        ("mine>loss", "loss=mine>loss"),
        (of_keras("Huber", name="huber", delta=1.5), "loss=Huber(delta=1.5)"),
        ({"class_name": "function", "config": "kl_divergence"}, "loss=kl_divergence"),
        (of_keras("MeanSquaredError") | {"registered_name": "m>MeanSquaredError"},
         "loss=MeanSquaredError()"),
        (["mse", "mse"], "loss=['mse', 'mse']"),
        (3, "loss=3"),
    ],
)  # fmt: skip
def test_a_loss_that_we_lack_is_named_as_a_whole(given, expected):
    loss, found = read_loss({"loss": given})
    assert loss is None
    assert said(found) == [expected]


@pytest.mark.parametrize(
    ("given", "optimizer"),
    [
        (None, None),
        ("sgd", SGD()),
        ("RMSprop", RMSprop()),
        (of_keras("adamw"), AdamW()),
        (adam(use_ema=False, ema_momentum=0.9, gradient_accumulation_steps=None), Adam()),
        (adam(jit_compile=True, is_legacy_optimizer=False, decay=0.0), Adam()),
        (adam() | {"registered_name": "Adam", "module": "keras.src.backend.torch"}, Adam()),
        (of_keras("Adam", learning_rate=0.0010000000474974513, beta_1=0.8999999761581421), Adam()),
    ],
)
def test_an_optimizer_of_ours_is_taken_as_keras_writes_it(given, optimizer):
    assert read_optimizer({"optimizer": given}) == (optimizer, [])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"use_ema": True, "ema_momentum": 0.9}, ["optimizer: use_ema=True"]),
        ({"gradient_accumulation_steps": 2}, ["optimizer: gradient_accumulation_steps=2"]),
        ({"loss_scale_factor": 8.0}, ["optimizer: loss_scale_factor=8.0"]),
        ({"decay": 0.1, "new": 0}, ["optimizer: decay=0.1", "optimizer: new=0"]),
    ],
)
def test_an_option_of_an_optimizer_that_we_lack_is_named_beside_the_rest(options, expected):
    optimizer, found = read_optimizer({"optimizer": adam(**options)})
    assert (optimizer, said(found)) == (Adam(), expected)
    assert {option.replaced_by for option in found} == {("--optimizer",)}
    assert not any(option.changes_loss for option in found)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("lion", "lion"),
        (of_keras("Nadam", learning_rate=0.1), "Nadam"),
        (adam() | {"registered_name": "Custom>Adam"}, "Adam"),
        (adam(epsilon=-1), "Adam(learning_rate=0.001, epsilon=-1)"),
        (of_keras("SGD", learning_rate="fast"), "SGD(learning_rate='fast')"),
        (of_keras("SGD") | {"config": [1]}, "SGD"),
        (
            of_keras("SGD", learning_rate=of_keras("CosineDecay", decay_steps=0)),
            "SGD(learning_rate=CosineDecay(…))",
        ),
        (7, "7"),
    ],
)
def test_an_optimizer_that_we_lack_or_that_is_damaged_is_named_as_a_whole(given, expected):
    optimizer, found = read_optimizer({"optimizer": given})
    assert (optimizer, said(found)) == (None, [f"optimizer={expected}"])


@pytest.mark.parametrize(
    ("schedule", "rate", "expected"),
    [
        (
            of_keras("PolynomialDecay", initial_learning_rate=0.25, decay_steps=5, name="P"),
            0.25,
            "optimizer: learning_rate=PolynomialDecay(initial_learning_rate=0.25, decay_steps=5)",
        ),
        (
            of_keras("PiecewiseConstantDecay", boundaries=[2], values=[0.5, 0.1]),
            0.5,
            "optimizer: learning_rate=PiecewiseConstantDecay(boundaries=[2], values=[0.5, 0.1])",
        ),
        (
            of_keras("CosineDecay", initial_learning_rate=0.1, decay_steps=5, name="CosineDecay",
                     warmup_target=0.2, warmup_steps=3),
            CosineDecay(0.1, 5),
            "schedule: warmup_target=0.2",
        ),
    ],
)  # fmt: skip
def test_a_schedule_that_we_lack_leaves_the_rate_that_it_starts_from(schedule, rate, expected):
    optimizer, found = read_optimizer({"optimizer": of_keras("SGD", learning_rate=schedule)})
    assert (optimizer, said(found)) == (SGD(learning_rate=rate), [expected])
    assert found[0].replaced_by == ("--schedule", "--learning-rate", "--optimizer")


def test_a_warm_up_without_a_target_is_none():
    options = {"initial_learning_rate": 0.1, "decay_steps": 5, "warmup_target": None}
    schedule = of_keras("CosineDecay", **options, warmup_steps=3)
    optimizer, found = read_optimizer({"optimizer": of_keras("SGD", learning_rate=schedule)})
    assert (optimizer, found) == (SGD(learning_rate=CosineDecay(0.1, 5)), [])


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"loss": "mse", "optimizer": "sgd", "metrics": ["auc"], "run_eagerly": True}, []),
        ({"loss_weights": None, "steps_per_execution": 4, "jit_compile": True}, []),
        ({"loss_weights": [1.0]}, []),
        ({"loss_weights": {"out": 1}}, []),
        ({"loss_weights": [0.5]}, ["compile: loss_weights=[0.5]"]),
        ({"loss_weights": {"out": 0.5}}, ["compile: loss_weights=0.5"]),
        ({"sample_weight_mode": "temporal"}, ["compile: sample_weight_mode=temporal"]),
    ],
)
def test_what_else_a_model_is_compiled_with_is_named_where_it_changes_a_number(config, expected):
    assert said(read_rest(config)) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"metrics": None}, []),
        ({"metrics": ["accuracy", "acc"]}, []),
        ({"metrics": [["accuracy"]], "weighted_metrics": {"out": ["accuracy"]}}, []),
        ({"metrics": ["auc", "accuracy"]}, ["of the model's metrics auc is not calculated; "]),
        (
            {"metrics": [of_keras("AUC", name="auc")], "weighted_metrics": ["mse"]},
            ["of the model's metrics auc, mse are not calculated; "],
        ),
    ],
)
def test_metrics_that_are_not_calculated_are_noted(config, expected):
    assert list(notes_on_metrics(config)) == [f"{words}accuracy is" for words in expected]
