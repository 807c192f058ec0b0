import pytest


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ("32 3 0 1", "([W − F + 2P] / S) + 1\n= (32 − 3 + 2×0) / 1 + 1 = 30\n30\n"),
        (
            "32 3 0 1 --filters 10",
            "([W − F + 2P] / S) + 1\n= (32 − 3 + 2×0) / 1 + 1 = 30\n30x30x10\n",
        ),
        (
            "7 2 0 2",
            "([W − F + 2P] / S) + 1\n= ⌊(7 − 2 + 2×0) / 2⌋ + 1 = 3\n"
            "The division does not come out and is floored: "
            "no window covers the last 1 of 7 cells.\n3\n",
        ),
        (
            "13 3 1 1 --dilation 2",
            "([W − (D(F − 1) + 1) + 2P] / S) + 1\n"
            "= (13 − (2×(3 − 1) + 1) + 2×1) / 1 + 1 = 11\n11\n",
        ),
    ],
)
def test_the_formula_stands_above_the_size(run, arguments, output):
    result = run("outsize", *arguments.split())
    assert result.exit_code == 0
    assert result.stdout == output
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("7 2 0 2 --strict", "the division must come out. Received: ⌊(7 − 2 + 2×0) / 2⌋ + 1 = 3"),
        ("3 5 0 1", "a window of 5 on an input of 3"),
        ("32 3 0 0", "strides=0"),
        ("32 3 -1 1", "Received: -1"),
        ("32 3 0 1 --filters 0", "filters=0"),
        ("32 3 0 1 --filters -1", "Received: -1"),
        ("32 3 0 1 --dilation 0", "dilation_rate=0"),
        ("32 3 0", "Missing argument 'S'"),
        ("32 three 0 1", "'three' is not a valid integer"),
    ],
)
def test_unusable_numbers_are_refused_in_one_line(fails, arguments, said):
    assert said in fails("outsize", *arguments.split())


def test_strict_is_content_where_the_division_comes_out(run):
    assert run("outsize", "32", "3", "0", "1", "--strict").stdout.endswith("\n30\n")
