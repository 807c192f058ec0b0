import sys

from tools import readme
from tools.readme import DOCUMENTS, ROOT, commands, untrue

PAGE = """# A page

```console
$ echo one; echo two >file.txt
one
$ cat file.txt
two
```

```python
>>> 1 + 1
2

```
"""


def page(folder, text):
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_readme_and_every_page_are_run():
    assert {path.relative_to(ROOT).as_posix() for path in DOCUMENTS} >= {
        *("README.md", "docs/architecture.md", "docs/calculating.md", "docs/python.md"),
    }


def test_commands_have_their_continuation_lines():
    assert commands("$ one \\\n  two\nout\n$ three\n") == ["one \\\n  two", "three"]


def test_a_page_that_shows_what_is_printed_is_true(tmp_path):
    assert untrue(page(tmp_path, PAGE), write=False) == ""


def test_what_is_printed_otherwise_is_told_and_written(tmp_path):
    stale = page(tmp_path, PAGE.replace("\ntwo\n", "\n2\n"))
    assert "-2\n+two\n" in untrue(stale, write=False)
    assert untrue(stale, write=True) == ""
    assert stale.read_text(encoding="utf-8") == PAGE


def test_a_doctest_that_fails_is_told(tmp_path):
    wrong = page(tmp_path, PAGE.replace("\n2\n", "\n3\n"))
    assert "Expected:\n    3\nGot:\n    2\n" in untrue(wrong, write=False)


def test_a_stale_page_makes_the_check_fail(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(readme, "DOCUMENTS", (page(tmp_path, PAGE.replace("one\n$", "1\n$")),))
    monkeypatch.setattr(sys, "argv", ["readme.py", "--check"])
    assert readme.main() == 1
    assert "+one\n" in capsys.readouterr().out


def test_the_command_that_runs_the_tests_stands_second_in_the_readme(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["readme.py", "--test-command"])
    assert readme.main() == 0
    assert capsys.readouterr().out == "pip install -e '.[test]' && pytest -q\n"
