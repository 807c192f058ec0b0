"""Another checkout's cnncalc is measured beside this one's, by the same programs."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from importlib import import_module

import pytest

from benchmarks.checkouts import environment_of, name_of, prepare_from, require_checkout
from benchmarks.errors import MissingDataError
from benchmarks.measuring import Command, Contender, in_turns, output
from benchmarks.networks import ARTICLE
from benchmarks.reporting import README, Asked
from benchmarks.training import raced


def checkout(folder, text="AGE = 'old'\n"):
    (folder / "cnncalc").mkdir(parents=True)
    (folder / "cnncalc" / "__init__.py").write_text(text)
    return folder


def asking():
    return ask


def ask():
    return getattr(import_module("cnncalc"), "AGE", "new")


def test_contenders_take_cnncalc_from_the_checkout_that_they_are_of(tmp_path):
    old = Contender("old", partial(prepare_from, checkout(tmp_path), asking))
    turns = in_turns([Contender("new", asking), old], rounds=1)
    assert turns.results == {"new": "new", "old": "old"}


def test_a_command_takes_cnncalc_from_a_checkout(tmp_path):
    words = [sys.executable, "-c", "import cnncalc; print(cnncalc.AGE)"]
    environment = environment_of(checkout(tmp_path))
    assert output(Command("old", words, environment=environment), "/") == "old\n"


def test_cnncalc_that_was_imported_before_is_an_error(tmp_path):
    imported = import_module("cnncalc")
    with pytest.raises(MissingDataError) as error:
        prepare_from(tmp_path, asking)
    sys.path.remove(str(tmp_path))
    expected = f"cnncalc must come from {tmp_path}. Received: {imported.__file__}"
    assert str(error.value) == expected


def test_a_checkout_must_hold_the_package(tmp_path):
    message = rf"^--against must be a checkout, with cnncalc in it\. Received: '{tmp_path}'$"
    with pytest.raises(MissingDataError, match=message):
        require_checkout(tmp_path)
    require_checkout(checkout(tmp_path))


def test_a_checkout_is_called_by_its_commit_and_else_by_its_folder(tmp_path):
    # A program names it once: a commit meanwhile renames no contender.
    now = name_of.__wrapped__
    place = checkout(tmp_path / "before")
    assert now(place) == "cnncalc at before"
    git = ("git", "-C", place, "-c", "user.name=n", "-c", "user.email=e")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run(
        [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert now(place) == f"cnncalc at {commit}"
    (place / "cnncalc" / "__init__.py").write_text("changed\n")
    assert now(place) == f"cnncalc at {commit}-dirty"


def test_a_training_takes_turns_with_that_of_another_checkout(tmp_path):
    (tmp_path / "cnncalc").symlink_to(README.parents[1] / "cnncalc")
    race = raced(ARTICLE.small(), Asked(tiny=True, against=tmp_path), backends=())
    assert race.names == ["cnncalc", f"cnncalc at {tmp_path.name}"]
    assert race.before == race.names[1]
    assert race.peers == []
    assert race.trained["cnncalc"].epochs >= 1
