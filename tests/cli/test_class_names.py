"""The class names in a model's metadata, which every command reads by one rule."""

import openpyxl
import pytest

from tests.cli.networks import save_small

COMMANDS = {
    "trace": ("trace", "small.keras", "grid.csv"),
    "explain": (
        *("explain", "small.keras", "grid.csv"),
        *("--layer", "dense", "--at", "1", "--format", "json"),
    ),
    "predict": ("predict", "small.keras", "grid.csv"),
    "export-xlsx": ("export-xlsx", "grid.csv", "--network", "small.keras", "-o", "a.xlsx"),
}


def texts(result, path):
    """What a command says, and the texts of the workbook that it writes, if any."""
    assert result.exit_code == 0, result.stderr
    said = [result.stdout, result.stderr]
    if path.exists():
        book = openpyxl.load_workbook(path, data_only=True)
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        said += [str(value) for row in rows for value in row if value is not None]
    return said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("names", [["quokka"], ["quokka", "b", "c"], "quokka", {"quokka": 1}])
def test_names_count_where_there_is_one_a_class(run, tmp_path, command, names):
    save_small(tmp_path, class_names=names)
    said = texts(run(*COMMANDS[command]), tmp_path / "a.xlsx")
    assert "quokka" not in "".join(said)


@pytest.mark.parametrize("command", COMMANDS)
def test_names_are_printable(run, tmp_path, command):
    save_small(tmp_path, class_names=["a\x1b[31m\nb", "c\x1b[31m\nd"])
    said = texts(run(*COMMANDS[command]), tmp_path / "a.xlsx")
    assert "\x1b" not in "".join(said)
    assert "x1b[31m" in "".join(said)
