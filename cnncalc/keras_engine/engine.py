"""The engine that trains on Keras: its compiled train step, given cnncalc's batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cnncalc.keras_engine.backend import (
    available_devices,
    data_parallel,
    import_keras,
    most_devices,
)
from cnncalc.keras_engine.model import (
    build_model,
    fetch_state,
    load_state,
    require_even_pooling,
    require_known,
)
from cnncalc.network import Array
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.training.dataset import Dataset
from cnncalc.training.engine import BatchScore, Trainer
from cnncalc.training.evaluation import Evaluation, evaluate
from cnncalc.training.losses import target_outputs
from cnncalc.training.objective import Objective, Outcome, make_objective
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState

__all__ = ["KerasEngine", "KerasTrainer"]


class KerasEngine:
    """Keras 3 on its backend; making one imports them.

    Raises OptionError, with what to install, where they are missing.
    """

    def __init__(self) -> None:
        keras = import_keras()
        self._version, self._backend = keras.__version__, keras.backend.backend()

    @property
    def name(self) -> str:
        """Keras and its backend, such as "keras on jax"."""
        return f"keras on {self._backend}"

    def notes(self, plan: TrainingPlan) -> tuple[str, ...]:
        """Say on what is trained, and which numbers are others than NumPy's.

        Raises OptionError for a network that Keras can't train.
        """
        require_known(plan.network)
        if self._backend == "torch":
            require_even_pooling(plan.network)
        notes = [f"engine: Keras {self._version} on {self._backend}{_devices_text(plan)}"]
        if plan.threads is not None:
            notes.append("--threads is left to Keras, which shares the work out itself")
        if any(layer.is_random for layer in plan.network.layers):
            notes.append("Dropout: Keras draws what is dropped, so the weights differ from NumPy's")
        return tuple(notes)

    @contextmanager
    def start(self, plan: TrainingPlan, state: TrainingState, classes: int) -> Iterator[Trainer]:
        """Build the model, on as many devices as can share a batch, and give it the state."""
        live = replace(plan.network, weights=state.weights)
        objective = make_objective(live, plan.loss, classes)
        available = available_devices()
        devices = available[: most_devices(len(available), plan.batch_size)]
        before = state.fetch
        with data_parallel(devices) as distribution:
            model = build_model(objective, plan)
            load_state(model, plan, state)
            state.fetch = partial(fetch_state, model, plan, state)
            try:
                yield KerasTrainer(plan, state, objective, model, distribution)
                state.fetch()
            finally:
                state.fetch = before


def _devices_text(plan: TrainingPlan) -> str:
    available = len(available_devices())
    count = most_devices(available, plan.batch_size)
    if available == 1:
        return ""
    if count == available:
        return f", data-parallel on {count} devices"
    size = plan.batch_size
    return f", on {count} of {available} devices: no more can share a batch of {size} evenly"


@dataclass(frozen=True)
class KerasTrainer:
    """A model of Keras at work on one training; `distribution` is None on a single device."""

    plan: TrainingPlan
    state: TrainingState
    objective: Objective
    model: Any
    distribution: Any

    def train_batch(self, images: Array, labels: Array, seed: Sequence[int]) -> BatchScore:
        """Take one step of the optimizer."""
        self._seed_dropout(seed)
        wanted = target_outputs(labels, self.objective.network.shapes[-1][0])
        loss, accuracy = self.model.train_on_batch(_pixels(images), wanted)
        self.state.optimizer.iterations += 1
        count = len(labels)
        return BatchScore(float(loss) * count, round(float(accuracy) * count))

    def evaluate(
        self, dataset: Dataset, should_stop: Callable[[], bool] = lambda: False
    ) -> Evaluation | None:
        """Run a whole data set as in prediction."""
        self.state.fetch()  # the penalty of regularizers is computed from the state's weights
        batch_size = self.plan.batch_size
        return evaluate(self.objective, dataset, batch_size, self._outcome, should_stop)

    def _outcome(self, images: Array, labels: Array) -> Outcome:
        raw = self.model.predict_on_batch(self.placed(images))
        with overflow_allowed():
            return self.objective.judge(np.asarray(raw), labels)

    def placed(self, images: Array) -> Any:
        """Return images as prediction takes them: shared among several devices, if there are."""
        pixels = _pixels(images)
        if self.distribution is None:
            return pixels
        layout = self.distribution.get_data_layout(pixels.shape)
        return import_keras().distribution.distribute_tensor(pixels, layout)

    def _seed_dropout(self, seed: Sequence[int]) -> None:
        """Have each batch's dropout follow from its seed alone, so that --resume draws the same."""
        generator = np.random.default_rng(seed)
        for layer in self.model.layers:
            seeds = getattr(layer, "seed_generator", None)
            if seeds is not None:
                seeds.state.assign(generator.integers(2**31, size=2))


def _pixels(images: Array) -> Array:
    """Return whole-number pixels as they are, a quarter of the size, and others in float32."""
    return images if images.dtype == np.uint8 else images.astype(np.float32)
