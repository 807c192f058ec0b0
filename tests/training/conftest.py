from __future__ import annotations

import pytest

from tests.keras_peer import import_keras


@pytest.fixture
def keras_in_float64(monkeypatch):
    """Have Keras calculate in float64, also where it normalizes a batch.

    It takes the statistics in float32 otherwise: to Keras's `result_type` that is the wider type.
    """
    keras = import_keras()
    backend, narrower = keras.src.backend, keras.src.backend.result_type

    def result_type(*dtypes):
        wide = any(str(dtype).endswith("float64") for dtype in dtypes)
        return "float64" if wide else narrower(*dtypes)

    monkeypatch.setattr(backend, "result_type", result_type)
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # which keeps the floatx that the first model met
    yield
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(before)
