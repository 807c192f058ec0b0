import pytest

from cnncalc.layers import Conv2D, Dense, Flatten, MaxPooling2D, Rescaling
from cnncalc.network import product_speed
from cnncalc.network.product_speed import best_speed, measured_products
from cnncalc.network.training_pass import TrainingPass
from cnncalc.ops.small_products import Product, Purpose

ARTICLE = [
    *(Rescaling(1 / 255), Conv2D(10, 5, activation="relu"), MaxPooling2D(2)),
    *(Flatten(), Dense(2)),
]


def test_the_articles_products_have_the_shapes_of_its_rows():
    products = list(TrainingPass(ARTICLE, (300, 300, 3)).products(8))
    assert [(choice.layers, *product[:4]) for choice, product in products] == [
        (3, Purpose.FORWARD, 10, 75, 1184),
        (3, Purpose.WEIGHT_GRADIENT, 10, 1184, 75),
        # The image needs no gradient.
        (2, Purpose.FORWARD, 2, 219040, 8),
        (2, Purpose.WEIGHT_GRADIENT, 219040, 8, 2),
        (2, Purpose.INPUT_GRADIENT, 219040, 2, 8),
    ]
    assert [product.parts for _, product in products][:3] == [
        (10, 75, 1184),
        (10, 592, 75),
        (2, 219040, 8),
    ]


def test_a_gradient_that_is_convolved_has_the_turned_kernels_shape():
    layers = [Conv2D(4, 3, padding="same"), Conv2D(8, 3, padding="same"), Flatten(), Dense(2)]
    products = [product for _, product in TrainingPass(layers, (6, 5, 3)).products(2)]
    assert Product(Purpose.INPUT_GRADIENT, 4, 72, 10, is_cut=True) in products
    layers = [Conv2D(4, 3, padding="same"), Conv2D(8, 3, strides=2), Flatten(), Dense(2)]
    products = [product for _, product in TrainingPass(layers, (6, 5, 3)).products(2)]
    assert Product(Purpose.INPUT_GRADIENT, 36, 8, 4, is_cut=True) in products


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("is_cut", [True, False])
def test_each_kind_of_product_has_a_speed(monkeypatch, purpose, is_cut):
    monkeypatch.setattr(product_speed, "SECONDS", 0.0)
    assert product_speed.product_speed(Product(purpose, 3, 20, 50, is_cut)) > 0


def test_a_shape_is_measured_once_and_told_as_a_share_of_the_best(monkeypatch):
    asked = []
    monkeypatch.setattr(product_speed, "best_speed", lambda: 8.0)
    monkeypatch.setattr(
        product_speed, "product_speed", lambda product: asked.append(product) or 2.0
    )
    layers = [
        Conv2D(4, 3, padding="same"),
        Conv2D(4, 3, padding="same"),
        Conv2D(4, 3, padding="same"),
    ]
    measured = list(measured_products(TrainingPass(layers, (6, 5, 4)), 8))
    assert len(measured) == 8
    assert len(asked) == len(set(asked)) == 3
    assert {one.share for one in measured} == {0.25}


def test_what_is_frozen_has_no_gradient_by_its_weights():
    layers = [Conv2D(4, 3), Conv2D(4, 3, trainable=False), Flatten(), Dense(2, trainable=False)]
    asked = [(one.first, each.purpose) for one, each in TrainingPass(layers, (6, 5, 3)).products(2)]
    assert asked == [
        *((0, Purpose.FORWARD), (0, Purpose.WEIGHT_GRADIENT)),
        *((1, Purpose.FORWARD), (1, Purpose.INPUT_GRADIENT)),
        *((2, Purpose.FORWARD), (2, Purpose.INPUT_GRADIENT)),
    ]


def test_the_products_are_those_of_a_piece_of_the_batch(monkeypatch):
    """Where the batch is smaller than the largest piece, too: its halves are the pieces."""
    monkeypatch.setattr(product_speed, "SECONDS", 0.0)
    monkeypatch.setattr(product_speed, "LARGE", 64)
    training = TrainingPass([Conv2D(4, 3), Flatten(), Dense(2)], (6, 5, 3))
    assert training.largest_piece > 3
    assert {one.product.columns for one in measured_products(training, 5)} >= {3 * 3, 3}
    assert {one.product.columns for one in measured_products(training, 9)} >= {3 * 5, 5}


def test_the_best_speed_is_measured_in_one_thread(monkeypatch):
    monkeypatch.setattr(product_speed, "SECONDS", 0.0)
    monkeypatch.setattr(product_speed, "LARGE", 64)
    assert best_speed() > 0
