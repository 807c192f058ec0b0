from hypothesis import given
from hypothesis import strategies as st

from cnncalc.views.workbook.plan import Block, Formula, Quantity, Reference, Step, Tiled
from cnncalc.views.workbook.rendering import formula_rows

steps = st.builds(Step, st.integers(0, 3), st.integers(0, 3))
places = st.integers(0, 1000)
sizes = st.integers(1, 4)
sheets = st.sampled_from(["", "Image", "100% it's {0}"])
references = st.builds(Reference, sheets, places, places, sizes, sizes, steps, steps)
templates = st.sampled_from(
    [
        "{0}",
        "{0}*{1}",
        "IF({0}>0,{0},{1})%",
        "SUMPRODUCT({0},{1})+{1}",
        "SUMPRODUCT({0}*{{2,1;0,-1}}+{1}*{{1}})",
    ]
)


@given(templates, references, references, sizes, sizes)
def test_rows_hold_the_formula_of_each_cell(template, first, second, height, width):
    formula = Formula(template, (first, second))
    block = Block(3, 3, height, width, "formula", Quantity("input"), formula=formula)
    expected = [[formula.text(row, column) for column in range(width)] for row in range(height)]
    assert list(formula_rows(block)) == expected


def test_rows_hold_the_formulas_of_tiles():
    cell = Reference("", 0, 0, down=Step(1, 0), across=Step(0, 1))
    tiled = Tiled(((Formula("{0}", (cell,)), Formula("{0}+1", (cell,))),))
    block = Block(3, 3, 2, 3, "formula", Quantity("input"), formula=tiled)
    assert list(formula_rows(block)) == [["A1", "A1+1", "B1"], ["A2", "A2+1", "B2"]]


def test_cells_that_a_user_enters_have_no_formulas():
    assert list(formula_rows(Block(0, 0, 2, 2, "pixels", Quantity("input")))) == []
