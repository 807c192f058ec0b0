from dataclasses import replace

import pytest

from cnncalc import article


def test_one_case_is_shown_and_compared(run):
    result = run("cases", "5")
    assert result.exit_code == 0
    assert "Case 5: A weight of 2×2" in result.stdout
    assert "219.2" in result.stdout
    assert result.stdout.endswith("case 5: 48 of 48 numbers agree with the article\n")


def test_all_cases_agree_each_on_its_line(run):
    result = run("cases")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()[-len(article.CASES) :]
    assert [line.split(":")[0] for line in lines] == [f"case {c.name}" for c in article.CASES]
    assert "case average: 4 of 4 numbers agree with a calculation by hand" in lines


def test_a_number_that_differs_ends_with_status_1(run, monkeypatch):
    case = article.CASES[0]
    [expected] = case.expected
    rows = tuple((row[0] + 1, *row[1:]) for row in expected.values)
    wrong = replace(case, expected=(replace(expected, values=rows),))
    monkeypatch.setattr("cnncalc.cases.CASES", (wrong,))
    result = run("cases")
    assert result.exit_code == 1
    assert "51 of 68 numbers agree with the article: 75 instead of 76 at (0, 0)" in result.stdout
    assert result.stderr.splitlines() == ["Error: a case differs from the article"]


@pytest.mark.parametrize("name", ["6", "Case 5"])
def test_an_unknown_case_lists_the_known(fails, name):
    assert f"Received: {name}" in fails("cases", name)
