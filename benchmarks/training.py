"""Trains networks on images in memory, with cnncalc and with Keras on each of its backends.

All start from the same weights and take the images in the same order: their losses must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.checkouts import at_checkout, name_of
from benchmarks.epochs import MOST_EPOCHS, START_SHARE, WARM_UPS, Trained, turns_of
from benchmarks.measuring import Contender, Turns, check_same, in_turns
from benchmarks.networks import ARTICLE, LENET, NORMALIZED, RESIDUAL, VGG, Case, operations, stored
from benchmarks.products import ONE_BLAS_THREAD, Product, products
from benchmarks.reporting import Asked, program, table

OURS = "cnncalc"
BACKENDS = {"TensorFlow": "tensorflow", "PyTorch": "torch", "JAX": "jax"}
ROUNDS = 3
# Small enough that no loss saturates: there the backends differ, since Keras cuts probabilities off
# on all but TensorFlow. How long a step takes doesn't depend on it.
LEARNING_RATE = 1e-5
# Of the loss; 2 to 10 steps of float32 sums in different orders.
TOLERANCE = 2e-3


@dataclass(frozen=True)
class Race:
    """A training that several contenders ran: what an epoch cost each, and what a turn was.

    names: cnncalc, cnncalc at another checkout if one was asked for, and the peers.
    """

    case: Case
    turns: Turns
    trained: Mapping[str, Trained]
    names: Sequence[str]
    before: str | None

    @property
    def peers(self) -> list[str]:
        """Return the names of the others' contenders."""
        return [name for name in self.names if name not in (OURS, self.before)]


def prepare_cnncalc(folder: Path, count: int, batch_size: int) -> Callable[[], Trained]:
    """Return the turn: epochs on so many of the images."""
    import numpy as np

    from cnncalc.files.keras_archive import read_keras
    from cnncalc.training.dataset import Parts, make_dataset
    from cnncalc.training.fit import fit
    from cnncalc.training.optimizers import Adam
    from cnncalc.training.plan import TrainingPlan

    network = read_keras(folder / "model.keras").network
    images, labels = (np.load(folder / f"{name}.npy") for name in ("images", "labels"))
    names = [str(number) for number in range(network.shapes[-1][0])]
    parts = Parts(make_dataset(images[:count], labels[:count], names), None)
    adam = Adam(learning_rate=LEARNING_RATE)
    plan = TrainingPlan(network, optimizer=adam, batch_size=batch_size)
    return turns_of(lambda epochs: fit(replace(plan, epochs=epochs), parts).history[0].loss)


def prepare_keras(folder: Path, count: int, batch_size: int) -> Callable[[], Trained]:
    """Return the turn: the same with Keras's `fit`.

    The images are in the order in which cnncalc takes them in its first epoch.
    """
    import keras
    import numpy as np

    from cnncalc.training.fit import epoch_order

    images, labels = (np.load(folder / f"{name}.npy") for name in ("images", "labels"))
    order = epoch_order(count, seed=0, epoch=1)
    model: Any = keras.models.load_model(folder / "model.keras")
    classes = model.output_shape[-1]
    images[:count], wanted = images[order], keras.utils.to_categorical(labels, classes)[order]
    adam = keras.optimizers.Adam(LEARNING_RATE)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])

    def fit(epochs: int) -> float:
        options: dict[str, Any] = {"epochs": epochs, "shuffle": False, "verbose": 0}
        return float(model.fit(images[:count], wanted, batch_size, **options).history["loss"][0])

    return turns_of(fit)


def raced(
    case: Case,
    asked: Asked,
    backends: Sequence[str],
    fresh: bool = False,
    limits: Sequence[Product] = (),
) -> Race:
    """Train with cnncalc, at both checkouts if asked, and with Keras on some backends, in turns.

    limits: products whose speed is measured in the same rounds.
    Raises DifferentResultsError where their first epochs had different losses.
    """
    with stored(case) as folder:
        work = (folder, case.epoch, case.batch_size)
        contenders = [Contender(OURS, partial(prepare_cnncalc, *work), (), ONE_BLAS_THREAD)]
        if asked.against is not None:
            contenders.append(at_checkout(contenders[0], asked.against))
        contenders += [_keras(backend, partial(prepare_keras, *work)) for backend in backends]
        multiplying = [product.contender for product in limits]
        rounds, warm_ups = 1 if asked.tiny else ROUNDS, 0 if fresh else WARM_UPS
        turns = in_turns([*contenders, *multiplying], rounds, warm_ups, fresh)
    names = [contender.name for contender in contenders]
    for name in names[1:]:
        ours_lost, they_lost = ([turns.results[each].loss] for each in (OURS, name))
        check_same(f"the loss of {name}", ours_lost, they_lost, TOLERANCE)
    trained = {name: turns.last_results[name] for name in names}
    epochs = {name: each.epochs for name, each in trained.items()}
    counts = {**dict.fromkeys(turns.usages, 1), **epochs}
    before = name_of(asked.against) if asked.against else None
    return Race(case, turns.each(counts), trained, names, before)


def _keras(backend: str, prepare: Callable[[], Callable[[], Trained]]) -> Contender:
    module = BACKENDS[backend]
    environment = {"KERAS_BACKEND": module, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Contender(f"Keras on {backend}", prepare, ("keras", module), environment)


def _speeds(race: Race) -> str:
    """Return a table of images a second and memory."""
    turns, images = race.turns, race.case.epoch
    rows = [
        (
            *(name, turns.seconds(name).scaled(1 / images).inverted(), turns.ratio(OURS, name)),
            *(_batches(race, name), f"{100 * race.trained[name].start_share:.1f}"),
            f"{turns.peak_megabytes(name):,.0f}",
            f"{turns.peak_megabytes(name) / turns.peak_megabytes(OURS):.1f}",
        )
        for name in race.names
    ]
    return table(_SPEEDS_HEADER, rows)


_SPEEDS_HEADER = (
    *("", "images a second", "cnncalc's speed by its", "batches a turn", "% of it to start `fit`"),
    *("peak MB", "its memory by cnncalc's"),
)


def _batches(race: Race, name: str) -> str:
    return f"{race.trained[name].epochs * ceil(race.case.epoch / race.case.batch_size):,}"


def _verdict(race: Race, wanted: float) -> str:
    """Say how cnncalc stands beside the fastest, and beside itself at the other checkout."""
    fastest = race.turns.fastest(race.peers)
    ratio = race.turns.ratio(OURS, fastest)
    verdict = f"cnncalc has {ratio} times the speed of {fastest}, the fastest; {wanted} is wanted."
    if race.before is None:
        return verdict
    return f"{verdict} It has {race.turns.ratio(OURS, race.before)} times that of {race.before}."


@cache
def _article(asked: Asked) -> tuple[Race, Sequence[Product]]:
    """Train the article's network, once for the two parts that look at it."""
    limits = products(asked.tiny)
    case = ARTICLE.small() if asked.tiny else ARTICLE
    return raced(case, asked, list(BACKENDS), limits=limits), limits


def steady(asked: Asked) -> Sequence[str]:
    """Measure the article's network in its steady state."""
    race, _ = _article(asked)
    memory = min(map(race.turns.peak_megabytes, race.peers)) / race.turns.peak_megabytes(OURS)
    return [
        f"The article's network, {_described(race.case)}. {_verdict(race, 1.8)} The leanest of the "
        f"others takes {memory:.1f} times its memory; 4 is wanted.",
        _speeds(race),
    ]


def _described(case: Case) -> str:
    size = "×".join(map(str, case.input_shape))
    return (
        f"float32, batches of {case.batch_size}; {case.held:,} images of {size} in memory, as "
        f"bytes, {case.epoch:,} an epoch. A turn has so many epochs, {MOST_EPOCHS} at most, that "
        f"the start of `fit` takes {100 * START_SHARE:g} % of it or less, as a warm-up found"
    )


def first_epoch(asked: Asked) -> Sequence[str]:
    """Measure from the start of a process to the end of its first epoch."""
    case = ARTICLE.small() if asked.tiny else ARTICLE._replace(epoch=ARTICLE.held)
    race = raced(case, asked, ["TensorFlow", "PyTorch"], fresh=True)
    rows = [(name, race.turns.seconds(name), race.turns.ratio(OURS, name)) for name in race.names]
    return [
        f"The same, from the start of the process to the end of an epoch of {case.epoch:,} images; "
        f"JAX is left out, the slowest to start and to train. {_verdict(race, 10)}",
        table(("", "seconds", "times as long as cnncalc"), rows),
    ]


def _deeper(
    case: Case, name: str, wanted: float, asked: Asked, backends: Sequence[str] = tuple(BACKENDS)
) -> Sequence[str]:
    race = raced(case.small() if asked.tiny else case, asked, backends)
    described = f"{name}, `{case.layers}`, {_described(race.case)}. {_verdict(race, wanted)}"
    return [described, _speeds(race)]


def lenet(asked: Asked) -> Sequence[str]:
    """Measure LeNet-5."""
    return _deeper(LENET, "LeNet-5", 1.2, asked)


def vgg(asked: Asked) -> Sequence[str]:
    """Measure a network of pairs of convolutions, as in VGG."""
    return _deeper(VGG, "A VGG-like network", 0.9, asked)


def normalized(asked: Asked) -> Sequence[str]:
    """Measure the same with batch normalization; JAX is left out, the slowest by far."""
    name = "The same network with batch normalization"
    return _deeper(NORMALIZED, name, 0.8, asked, ["TensorFlow", "PyTorch"])


def residual(asked: Asked) -> Sequence[str]:
    """Measure a network of two residual blocks; JAX is left out, the slowest by far."""
    name = "A small residual network"
    return _deeper(RESIDUAL, name, 0.8, asked, ["TensorFlow", "PyTorch"])


def limit(asked: Asked) -> Sequence[str]:
    """Compare with how fast this machine multiplies matrices, and nothing else."""
    race, limits = _article(asked)
    asks = operations(race.case)
    trained = dict.fromkeys(race.names, asks * race.case.epoch)
    multiplied = {product.contender.name: product.operations for product in limits}
    an_operation = race.turns.each({**trained, **multiplied})
    rows = [
        (
            *(name, an_operation.seconds(name).inverted().scaled(1e-9)),
            an_operation.seconds(name).inverted().scaled(1 / asks),
            *(an_operation.ratio(name, product).scaled(100) for product in multiplied),
        )
        for name in (*multiplied, *race.names)
    ]
    shares = [f"% of {name}" for name in multiplied]
    return [
        f"Training the article's network asks for {asks / 1e6:.0f} million multiplications and "
        "additions an image. The first rows are products alone, which do nothing else, and the "
        "images a second that they would allow; the others reach a share of that. What a contender "
        "multiplies besides, to have larger products, isn't counted.",
        table(("", "GFLOP/s", "images a second", *shares), rows),
    ]


PARTS = {
    "steady": steady,
    "first epoch": first_epoch,
    "LeNet-5": lenet,
    "VGG": vgg,
    "VGG with batch normalization": normalized,
    "residual": residual,
    "limit": limit,
}

if __name__ == "__main__":
    program("training", PARTS, against=True)
