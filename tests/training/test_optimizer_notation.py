import pytest

from cnncalc.errors import NotationError, OptionError
from cnncalc.training.optimizer_notation import parse_optimizer, write_optimizer
from cnncalc.training.optimizers import SGD, Adam, AdamW, RMSprop
from cnncalc.training.schedules import CosineDecay


@pytest.mark.parametrize(
    ("text", "optimizer"),
    [
        ("adam", Adam()),
        ("AdamW", AdamW()),
        ("RMSprop()", RMSprop()),
        ("SGD(0.1)", SGD(learning_rate=0.1)),
        ("sgd(learning_rate=1e-2, momentum=0.9, nesterov=True)", SGD(momentum=0.9, nesterov=True)),
        ("keras.optimizers.Adam(beta_1=1/2, amsgrad=True)", Adam(beta_1=0.5, amsgrad=True)),
        ("adamw(weight_decay=None, clipnorm=1)", AdamW(weight_decay=None, clipnorm=1.0)),
        ("SGD(momentum=0)", SGD()),
    ],
)
def test_a_name_or_a_call_of_keras_is_read(text, optimizer):
    assert parse_optimizer(text) == optimizer


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("adan", NotationError, "must be sgd, rmsprop, .* Received: 'adan'. Did you mean adam"),
        ("x = Adam()", NotationError, "must be sgd"),
        ("Adam(rate=1)", NotationError, "column 11: Adam has the arguments learning_rate, .* rate"),
        ("Adam(0.1, 0.9)", NotationError, "by name"),
        ("Adam(**options)", NotationError, r"by name. Received: \*\*"),
        ("SGD(momentum='much')", OptionError, "momentum must be a number. Received: 'much'"),
        ("SGD(momentum=None)", OptionError, "momentum must be a number. Received: None"),
        ("SGD(nesterov=1)", OptionError, "nesterov must be True or False. Received: 1"),
        ("SGD(momentum=True)", OptionError, "momentum must be a number. Received: True"),
        ("SGD(learning_rate=rate())", NotationError, "code is not executed"),
        ("SGD(momentum=2)", OptionError, "momentum must be from 0 to 1"),
        ("SGD(", NotationError, "line 1"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(text, error, words):
    with pytest.raises(error, match=words) as caught:
        parse_optimizer(text)
    assert "\n" not in str(caught.value)


def test_an_argument_may_be_given_apart_but_not_twice():
    sgd = parse_optimizer("SGD(momentum=0.9)", {"learning_rate": 0.5})
    assert sgd == SGD(learning_rate=0.5, momentum=0.9)
    with pytest.raises(
        OptionError, match=r"given once. Received: 'SGD\(1\)' and learning_rate=0.5"
    ):
        parse_optimizer("SGD(1)", {"learning_rate": 0.5})


@pytest.mark.parametrize(
    "optimizer",
    [
        Adam(),
        SGD(learning_rate=0.5, momentum=0.9, nesterov=True),
        AdamW(weight_decay=None),
        RMSprop(centered=True, clipnorm=1.0),
    ],
)
def test_what_is_written_reads_back_the_same(optimizer):
    assert parse_optimizer(write_optimizer(optimizer)) == optimizer


def test_a_schedule_is_written_with_its_numbers():
    written = write_optimizer(SGD(learning_rate=CosineDecay(0.1, 5)))
    assert written.startswith("SGD(learning_rate=CosineDecay(initial_learning_rate=0.1, ")
