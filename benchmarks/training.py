"""Trains networks on images in memory, with cnncalc and with Keras on each of its backends.

All start from the same weights and take the images in the same order: their losses must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import Contender, Turns, check_same, in_turns
from benchmarks.networks import ARTICLE, LENET, VGG, Case, operations, stored
from benchmarks.reporting import Asked, program, table

OURS = "cnncalc"
# As cnncalc's own commands have it.
ONE_BLAS_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
BACKENDS = {"TensorFlow": "tensorflow", "PyTorch": "torch", "JAX": "jax"}
ROUNDS = 3
# Small enough that no loss saturates: there the backends differ, since Keras cuts probabilities off
# on all but TensorFlow. How long a step takes doesn't depend on it.
LEARNING_RATE = 1e-5
# Of the loss; 2 to 10 steps of float32 sums in different orders.
TOLERANCE = 2e-3
MATRIX = 2048


def prepare_cnncalc(folder: Path, count: int, batch_size: int) -> Callable[[], float]:
    """Return the turn: an epoch on so many of the images. It returns the mean loss."""
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
    plan = TrainingPlan(network, optimizer=adam, epochs=1, batch_size=batch_size)
    return lambda: fit(plan, parts).history[0].loss


def prepare_keras(folder: Path, count: int, batch_size: int) -> Callable[[], float]:
    """Return the turn: the same with `fit`, the images in the order that cnncalc takes them in."""
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

    def turn() -> float:
        fitted = model.fit(images[:count], wanted, batch_size, shuffle=False, verbose=0)
        return float(fitted.history["loss"][0])

    return turn


def measured(
    case: Case, asked: Asked, rounds: int, backends: Sequence[str], fresh: bool = False
) -> Turns:
    """Train with cnncalc, and with Keras on some backends, in turns.

    Raises DifferentResultsError where their first epochs had different losses.
    """
    with stored(case) as folder:
        work = (folder, case.turn, case.batch_size)
        ours = Contender(OURS, partial(prepare_cnncalc, *work), (), ONE_BLAS_THREAD)
        peers = [_keras(backend, partial(prepare_keras, *work)) for backend in backends]
        rounds = 1 if asked.tiny else rounds
        turns = in_turns([ours, *peers], rounds, warm_ups=0 if fresh else 1, fresh=fresh)
    for peer in peers:
        ours_lost, they_lost = ([turns.results[name]] for name in (OURS, peer.name))
        check_same(f"the loss of {peer.name}", ours_lost, they_lost, TOLERANCE)
    return turns


def _keras(backend: str, prepare: Callable[[], Callable[[], float]]) -> Contender:
    module = BACKENDS[backend]
    environment = {"KERAS_BACKEND": module, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return Contender(f"Keras on {backend}", prepare, ("keras", module), environment)


def _speeds(turns: Turns, images: int) -> str:
    """Return a table of images a second and memory."""
    rows = [
        (
            *(name, turns.seconds(name).scaled(1 / images).inverted()),
            *(turns.ratio(OURS, name), f"{turns.peak_megabytes(name):,.0f}"),
            f"{turns.peak_megabytes(name) / turns.peak_megabytes(OURS):.1f}",
        )
        for name in turns.usages
    ]
    return table(_SPEEDS_HEADER, rows)


_SPEEDS_HEADER = (
    *("", "images a second", "cnncalc's speed by its", "peak MB", "its memory by cnncalc's"),
)


def _verdict(turns: Turns, wanted: float) -> str:
    """Say how cnncalc stands beside the fastest."""
    fastest = turns.fastest([name for name in turns.usages if name != OURS])
    ratio = turns.ratio(OURS, fastest)
    return f"cnncalc has {ratio} times the speed of {fastest}, the fastest; {wanted} is wanted."


def steady(asked: Asked) -> Sequence[str]:
    """Measure the article's network in its steady state."""
    case = ARTICLE.small() if asked.tiny else ARTICLE
    turns = measured(case, asked, ROUNDS, list(BACKENDS))
    peers = [turns.peak_megabytes(name) for name in turns.usages if name != OURS]
    memory = min(peers) / turns.peak_megabytes(OURS)
    return [
        f"The article's network, {_described(case)}. {_verdict(turns, 4)} The leanest of the "
        f"others takes {memory:.1f} times its memory; 4 is wanted.",
        _speeds(turns, case.turn),
    ]


def _described(case: Case) -> str:
    size = "×".join(map(str, case.input_shape))
    return (
        f"float32, batches of {case.batch_size}; {case.held:,} images of {size} in memory, as "
        f"bytes, {case.turn:,} a turn"
    )


def first_epoch(asked: Asked) -> Sequence[str]:
    """Measure from the start of a process to the end of its first epoch."""
    case = ARTICLE.small() if asked.tiny else ARTICLE._replace(turn=ARTICLE.held)
    turns = measured(case, asked, ROUNDS, ["TensorFlow", "PyTorch"], fresh=True)
    rows = [(name, turns.seconds(name), turns.ratio(OURS, name)) for name in turns.usages]
    return [
        f"The same, from the start of the process to the end of an epoch of {case.turn:,} images; "
        f"JAX is left out, the slowest to start and to train. {_verdict(turns, 10)}",
        table(("", "seconds", "times as long as cnncalc"), rows),
    ]


def _deeper(case: Case, name: str, wanted: float, asked: Asked) -> Sequence[str]:
    chosen = case.small() if asked.tiny else case
    turns = measured(chosen, asked, ROUNDS, list(BACKENDS))
    described = f"{name}, `{case.layers}`, {_described(chosen)}. {_verdict(turns, wanted)}"
    return [described, _speeds(turns, chosen.turn)]


def lenet(asked: Asked) -> Sequence[str]:
    """Measure LeNet-5."""
    return _deeper(LENET, "LeNet-5", 1, asked)


def vgg(asked: Asked) -> Sequence[str]:
    """Measure a network of pairs of convolutions, as in VGG."""
    return _deeper(VGG, "A VGG-like network", 0.7, asked)


def prepare_product() -> Callable[[], None]:
    """Return the turn: a product of large matrices, with all the threads that BLAS takes."""
    import numpy as np

    matrix = np.random.default_rng(0).random((MATRIX, MATRIX), np.float32)
    result = np.empty_like(matrix)

    def turn() -> None:
        np.matmul(matrix, matrix, out=result)

    return turn


def limit(asked: Asked) -> Sequence[str]:
    """Compare with how fast this machine multiplies matrices."""
    case = ARTICLE.small() if asked.tiny else ARTICLE
    with stored(case) as folder:
        prepare = partial(prepare_cnncalc, folder, case.turn, case.batch_size)
        product = Contender("a large product", prepare_product)
        contenders = [Contender(OURS, prepare, (), ONE_BLAS_THREAD), product]
        turns = in_turns(contenders, 1 if asked.tiny else 2 * ROUNDS)
    asks, product_asks = operations(case), 2 * MATRIX**3
    rows = [
        (name, turns.seconds(name).scaled(1 / multiplications).inverted().scaled(1e-9))
        for name, multiplications in ((OURS, asks * case.turn), (product.name, product_asks))
    ]
    share = turns.ratio(OURS, product.name).scaled(100 * asks * case.turn / product_asks)
    return [
        f"Training the article's network asks for {asks / 1e6:.0f} million multiplications and "
        f"additions an image. cnncalc does them at {share} % of the speed of a product of matrices "
        f"of {MATRIX}×{MATRIX}; what else it multiplies, to have larger products, isn't counted.",
        table(("", "GFLOP/s"), rows),
    ]


PARTS = {
    "steady": steady,
    "first epoch": first_epoch,
    "LeNet-5": lenet,
    "VGG": vgg,
    "limit": limit,
}

if __name__ == "__main__":
    program("training", PARTS)
