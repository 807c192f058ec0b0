import ast
import subprocess
import sys

import pytest

from tools import measures as program
from tools.measures import decided, deciding, lengths, measures


@pytest.mark.parametrize(
    "code",
    [
        "class MaxPooling2D: pass",
        "isinstance(layer, layers.MaxPooling2D | L2Pooling2D)",
        "match layer:\n    case MaxPooling2D(): pass",
        "@law_of.register(MaxPooling2D)\ndef _(layer): pass",
        "@law_of.register\ndef _(layer: layers.MaxPooling2D): pass",
        "RULES = {MaxPooling2D: 1}",
        "type(layer) is MaxPooling2D",
    ],
)
def test_who_asks_for_a_class_decides_by_it(code):
    assert "MaxPooling2D" in decided(ast.parse(code))


def test_who_makes_or_mentions_a_layer_decides_nothing():
    code = (
        "from layers import MaxPooling2D\nlayer = MaxPooling2D(2)\n'MaxPooling2D'\n# MaxPooling2D"
    )
    assert decided(ast.parse(code)) == set()


def test_a_mode_is_asked_for_by_its_text():
    assert "'max'" in decided(ast.parse("mode == 'max'"))
    assert decided(ast.parse("mode = 'max'")) == set()


def test_a_function_is_as_long_as_what_it_does():
    code = "def head(\n    of, it,\n):\n    'Docstring.'\n    one = 1\n\n    return one\n"
    assert list(lengths(ast.parse(code))) == [3]
    assert list(lengths(ast.parse("def nothing():\n    'Docstring.'\n"))) == [0]


def test_a_tree_is_counted(tmp_path):
    (tmp_path / "cnncalc" / "layers").mkdir(parents=True)
    (tmp_path / "cnncalc" / "layers" / "adam.py").write_text("class Adam:\n    def f(self): ...\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text("\n\n\n")
    found = measures(tmp_path)
    assert found["package: files"] == "1"
    assert found["package: lines"] == "2"
    assert found["functions: median of their lines"] == "1"
    assert found["tests: lines"] == "3"
    assert (found["decide by Adam"], found["decide by SGD"]) == ("1", "0")
    assert "    layers/adam.py: Adam" in deciding(tmp_path)


@pytest.mark.parametrize("arguments", [[], ["--files"]])
def test_without_a_tree_it_counts_its_own_wherever_it_is_called(arguments, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "batch normalization" in done.stdout


def test_what_is_no_checkout_is_refused_in_a_line(tmp_path):
    done = run(str(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"measures.py: a checkout has a folder cnncalc. Received: {tmp_path}\n"


def run(*arguments, cwd):
    command = [sys.executable, program.__file__, *arguments]
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
