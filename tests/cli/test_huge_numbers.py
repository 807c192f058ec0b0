"""Numbers near the end of what float64 holds: a mean is right, or what overflows is refused."""

import warnings

import numpy as np
import pytest

HUGE = "1e308,1.5e308,1e308\n-1.7e308,1e308,1e300\n3,4,5e307\n"
# The sum of these is beyond float64, their mean is not.
MEAN = "3.6667e307"


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("options", [(), ("--flatten",), ("--colors", "blue-red")])
def test_a_grid_of_huge_numbers_is_shown_with_its_mean(run, options):
    result = run("show", "-", *options, input=HUGE)
    assert result.exit_code == 0, result.stderr
    assert options == ("--flatten",) or f"mean {MEAN}" in result.stdout
    assert "inf" not in result.stdout
    assert result.stderr == "standard input: CSV, 3×3\n"


@pytest.mark.parametrize("color", ["", "1"])
@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_large_grid_of_huge_numbers_is_drawn(run, tmp_path, monkeypatch, command, color):
    monkeypatch.setenv("FORCE_COLOR", color)
    # rich keeps a style as it was drawn first, for other tests as well.
    monkeypatch.setenv("COLORTERM", "truecolor")
    signs = np.where(np.arange(40 * 200) % 3, 1.0, -1.0)
    np.save(tmp_path / "huge.npy", 1.7e308 * signs.reshape(40, 200))
    pooled = ("explain", "MaxPooling2D(2)", "huge.npy", "--layer", "max_pooling2d", "--at", "0,0,0")
    result = run(*(("show", "huge.npy") if command == "show" else pooled))
    assert result.exit_code == 0, result.stderr
    assert "inf" not in result.stdout


@pytest.mark.parametrize("mode", ["average", "l2"])
def test_a_pooling_whose_sum_overflows_is_refused_as_spreadsheets_have_it(fails, mode):
    said = fails("pool", "-", "--size", "2", "--mode", mode, input=HUGE)
    assert "must stay within what float64 holds, about ±1.8e308" in said


def test_numbers_beyond_float32_are_no_images_to_train_on(fails, tmp_path):
    images = np.full((4, 6, 6), 1e39)
    np.savez(tmp_path / "huge.npz", x_train=images, y_train=[0, 1, 0, 1])
    dense = "Flatten(); Dense(2, activation='softmax')"
    assert fails("train", "huge.npz", "--network", dense) == (
        "'huge.npz', training: images must hold numbers within ±3.4e38, as networks calculate in "
        "float32. Received: 1e+39"
    )
