import io
import zipfile

import numpy as np
import pytest

from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.errors import InputError, OptionError
from cnncalc.files.engines import recalculate
from cnncalc.provenance import Origin, Provenance
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.variants import variant
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.sheet.worksheet import WorksheetOptions, as_worksheet, worksheet_identity
from cnncalc.verification.comparison import Place
from cnncalc.views.workbook.about import read_about
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions, plan_trace
from tests.views.workbook.drawn import drawn_trace, written
from tests.views.workbook.reading import formulas_of, values_of

IMAGE = np.arange(16.0).reshape(4, 4, 1) - 3
KERNEL = np.array([[1.0, 2], [0, -1]]).reshape(2, 2, 1, 1)
NETWORK = Calculation(KERNEL, activation="relu").network(IMAGE.shape)
TRACE = trace_as_written(NETWORK, IMAGE)

# The title, the line for the name and the headings; the first column has the score.
FROZEN, SCORE = 4, Place("Calculation", 1, 0)


def worksheet(**options):
    return written(TRACE, worksheet=WorksheetOptions(**options))


def answers(**options):
    """The cells of the calculation that a student may change, and what they hold."""
    cells = [cell for row in formulas_of(worksheet(**options))["Calculation"] for cell in row]
    return {
        cell.coordinate: cell.value
        for cell in cells
        if not cell.protection.locked and cell.row > FROZEN
    }


def test_all_results_are_blank():
    results = [f"{column}{row}" for column in "KLMOPQ" for row in (6, 7, 8)]
    assert answers() == dict.fromkeys(results)


def test_besides_the_answers_the_line_for_name_date_and_class_can_be_typed_into():
    sheet = formulas_of(worksheet())["Calculation"]
    assert [(cell.coordinate, cell.value) for cell in sheet[2] if isinstance(cell.value, str)][
        1:4
    ] == [("B2", "Name"), ("J2", "Date"), ("O2", "Class")]
    unlocked = [cell.coordinate for cell in sheet[2] if not cell.protection.locked]
    assert unlocked == [f"{column}2" for column in "CDEFGHKLMPQ"]
    book = formulas_of(worksheet())
    assert all(sheet.protection.sheet for sheet in book)
    others = [cell for name in ("About", "Solution Calculation") for r in book[name] for cell in r]
    assert all(cell.protection.locked for cell in others)


def test_a_name_that_is_typed_in_is_no_answer():
    book = formulas_of(worksheet())
    book["Calculation"]["C2"].value = 1
    stream = io.BytesIO()
    book.save(stream)
    [evaluation] = recalculate([stream.getvalue()], "formualizer")
    assert evaluation.values[SCORE] == 0


def test_a_share_is_blank_and_the_rest_is_given():
    sheet = formulas_of(worksheet(blank=0.5, seed=7))["Calculation"]
    cells = [cell for area in ("K6:M8", "O6:Q8") for row in sheet[area] for cell in row]
    assert sum(cell.value is None for cell in cells) == 9
    shown = np.array([[cell.value for cell in row] for row in sheet["K6:M8"]], dtype=float)
    given = ~np.isnan(shown)
    np.testing.assert_array_equal(shown[given], TRACE.layers[0].stages[0].values[:, :, 0][given])


def test_the_seed_and_the_students_number_choose_the_blanks():
    assert worksheet(blank=0.5, seed=7) == worksheet(blank=0.5, seed=7)
    assert answers(blank=0.5, seed=7) != answers(blank=0.5, seed=8)
    assert answers(blank=0.5, seed=7, number=1) != answers(blank=0.5, seed=7, number=2)


def about(content):
    rows = formulas_of(content)["About"].iter_rows(values_only=True)
    return {row[0]: row[1] for row in rows if row[0]}


def test_its_identity_and_the_students_number_stand_in_the_header():
    options = WorksheetOptions(seed=7, number=12)
    own = worksheet_identity(plan_trace(TRACE), [trace_values(TRACE)], options)
    sheet = formulas_of(worksheet(seed=7, number=12))["Calculation"]
    assert sheet.oddHeader.right.text == f"student 12 · {own}"
    assert sheet["B1"].value.endswith(f"· student 12 · {own}")


def test_a_worksheet_of_before_layers_could_branch_has_the_identity_that_it_had():
    assert (
        worksheet_identity(plan_trace(TRACE), [trace_values(TRACE)], WorksheetOptions())
        == "MW7W-RTVW"
    )


def test_a_key_has_the_identity_of_its_worksheet_and_of_no_other():
    def identity(**options):
        return about(written(TRACE, **options))["Worksheet"]

    own, other = WorksheetOptions(0.5, seed=7), WorksheetOptions(0.5, seed=8)
    assert identity(worksheet=own) == identity(key_to=own)
    assert identity(worksheet=own) != identity(key_to=other)
    with_other_numbers = trace_as_written(*variant(NETWORK, IMAGE, 7, 1))
    assert identity(key_to=own) != about(written(with_other_numbers, key_to=own))["Worksheet"]


def test_a_worksheet_says_nothing_of_where_its_numbers_came_from_but_the_version():
    image = Origin("file", "secret.png", "0" * 64)
    origins = Provenance("cnncalc export-xlsx secret.png --seed 12345", image=image, version="9.9")
    own = WorksheetOptions(seed=12345)
    lines = about(written(TRACE, worksheet=own, provenance=origins))
    assert lines["Version"] == "cnncalc 9.9"
    assert "Made by" not in lines
    content = written(TRACE, worksheet=own, provenance=origins)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        everything = b"".join(map(archive.read, archive.namelist()))
    assert not [word for word in (b"secret", b"12345", b"0" * 64) if word in everything]
    key = about(written(TRACE, key_to=own, provenance=origins))
    assert key["Made by"] == origins.command
    assert key["Image"] == f"secret.png, SHA-256 {'0' * 64}"


def test_solutions_and_marks_are_hidden_and_protected():
    book = formulas_of(worksheet())
    solution, sheet = book["Solution Calculation"], book["Calculation"]
    assert solution.sheet_state == "veryHidden"
    assert solution.protection.sheet
    assert sheet.protection.sheet
    marks = [cell for row in sheet for cell in row if "ISNUMBER" in str(cell.value)]
    assert len(marks) == 18
    (hidden,) = [each for each in sheet.column_dimensions.values() if each.hidden]
    assert hidden.min <= min(cell.column for cell in marks)
    assert hidden.max >= max(cell.column for cell in marks)


def test_a_hidden_solution_has_no_area_to_be_printed():
    book = formulas_of(worksheet())
    assert book["Calculation"].print_area == "'Calculation'!$B$2:$T$18"
    assert book["Calculation"].print_title_rows == "$2:$4"
    assert not book["Solution Calculation"].print_area
    assert "_xlnm.Print_Area" not in book["Solution Calculation"].defined_names


def test_without_the_solution_nothing_of_it_is_in_the_file():
    book = formulas_of(worksheet(solution=False))
    assert book.sheetnames == ["Calculation", "About"]
    assert "first" not in "".join(str(c.value) for row in book["Calculation"] for c in row)
    assert not book["Calculation"].conditional_formatting or all(
        rule.type == "colorScale"
        for area in book["Calculation"].conditional_formatting
        for rule in area.rules
    )


def test_what_is_given_among_answers_has_their_borders():
    sheet = formulas_of(worksheet(blank=0.5, seed=7))["Calculation"]
    cells = [cell for row in sheet["K6:M8"] for cell in row]
    assert {cell.value is None for cell in cells} == {True, False}
    assert {cell.border.left.color.rgb for cell in cells} == {"FF12346B"}
    assert {cell.protection.locked for cell in cells if cell.value is not None} == {True}


@pytest.mark.parametrize(
    ("solution", "said"),
    [
        (True, "It is out of sight, not locked away"),
        (False, "It is not in this file: the key to it has it."),
    ],
)
def test_about_says_whether_the_solution_came_along(solution, said):
    assert said in about(worksheet(solution=solution))["Solution"]


def test_each_answer_is_coloured_by_its_mark():
    sheet = formulas_of(worksheet())["Calculation"]
    rules = {
        str(area.sqref): [rule.formula[0] for rule in area.rules if rule.formula]
        for area in sheet.conditional_formatting
    }
    assert rules["K6:M8"] == ["AF6=1", "AF6=-1"]
    assert "K6" in sheet["AF6"].value
    assert "'Solution Calculation'!K6" in sheet["AF6"].value


def offset_of_marks(sheet):
    return next(cell.column for cell in sheet[6] if "ISNUMBER" in str(cell.value)) - 11


@pytest.mark.parametrize(
    ("answer", "mark"),
    [
        (lambda right: right, 1),
        (lambda right: round(right, 2), 1),
        (lambda right: right * 1.0004, 1),
        (lambda right: right * 1.001 + 0.006, -1),
        (lambda right: -right - 1, -1),
        (lambda right: 0, -1),
        (lambda right: "a text", -1),
        (lambda right: None, 0),
    ],
)
def test_answers_are_marked_and_counted(answer, mark):
    trace = trace_as_written(Calculation(KERNEL + 0.123).network(IMAGE.shape), IMAGE + 10)
    book = formulas_of(written(trace, worksheet=WorksheetOptions(blank=0.5, seed=3)))
    blanks = [cell for row in book["Calculation"]["K6:M8"] for cell in row if cell.value is None]
    for cell in blanks:
        cell.value = answer(float(trace.output[cell.row - 6, cell.column - 11, 0]))
    stream = io.BytesIO()
    book.save(stream)
    (evaluation,) = recalculate([stream.getvalue()], "formualizer")
    offset = offset_of_marks(book["Calculation"])
    marks = [
        evaluation.values[Place("Calculation", cell.row - 1, cell.column - 1 + offset)]
        for cell in blanks
    ]
    assert marks == [mark] * len(blanks) == [mark] * 4
    assert evaluation.values[SCORE] == 4 * (mark == 1)


@pytest.mark.parametrize(
    ("solution", "right", "wrong"),
    [
        (792.0, [792, 792.0001], [791, 793, 792.4, 788, -792]),
        (-1_000_000.0, [-1_000_000], [-999_999, -1_000_001]),
        (0.0, [0], [0.01, -1]),
        (5000.000000001, [5000], [5001, 4999]),
        (1e15 / 7, [142857142857143], [142857000000000 * 1.01]),
        (12.345678, [12.35, 12.346], [12, 12.3, 12.4]),
        (0.0123456, [0.0123], [0, 0.01, 0.0125, -0.0123]),
    ],
)
def test_whole_answers_are_exact_and_others_nearly(solution, right, wrong):
    trace = trace_as_written(Calculation(np.ones((1, 1, 1, 1))).network((1, 1, 1)), [[[solution]]])
    answers = [*right, *wrong]
    book = formulas_of(written(trace, worksheet=WorksheetOptions()))
    cells = [cell for row in book["Calculation"].iter_rows(min_row=FROZEN + 1) for cell in row]
    blank = next(cell for cell in cells if not cell.protection.locked)
    contents = []
    for answer in answers:
        blank.value = answer
        stream = io.BytesIO()
        book.save(stream)
        contents.append(stream.getvalue())
    mark = next(
        Place("Calculation", c.row - 1, c.column - 1)
        for row in book["Calculation"]
        for c in row
        if "ISNUMBER" in str(c.value)
    )
    marks = [each.values[mark] for each in recalculate(contents, "formualizer")]
    assert marks == [1] * len(right) + [-1] * len(wrong)


def test_the_sheet_says_what_is_near_enough():
    texts = [str(c.value) for row in formulas_of(worksheet())["Calculation"] for c in row]
    said = "Whole numbers exactly; of others two decimals are enough, or three digits below 1."
    assert said in texts
    assert formulas_of(worksheet())["Calculation"]["A2"].number_format == '0" of 18 right"'


def test_copies_in_between_give_nothing_away():
    pooling = pooling_layer("max", 3, 1, "same")
    trace = trace_as_written(Calculation(KERNEL, pooling=pooling).network(IMAGE.shape), IMAGE)
    plan, values = plan_trace(trace), [trace_values(trace)]
    made = as_worksheet(plan, values, WorksheetOptions(blank=1))
    shown = {
        float(number)
        for block in made.plan.sheets[0].blocks
        for number in block.slice(made.values[0]).ravel()
        if block.role != "pixels" and not np.isnan(number)
    }
    assert shown == {0.0, 1.0, 2.0, -1.0}  # the weights alone, and zeros
    copied = next(block for block in made.plan.sheets[0].blocks if block.formula)
    assert copied.formula.text(0, 0) == "K6"


@pytest.mark.parametrize("seed", range(6))
def test_any_calculation_can_be_a_worksheet(seed):
    content = written(drawn_trace(seed), worksheet=WorksheetOptions(0.3, seed))
    assert any(name.startswith("Solution") for name in formulas_of(content).sheetnames)


def test_the_articles_cases_can_be_filled_in():
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions(worksheet=WorksheetOptions()))
    book = formulas_of(stream.getvalue())
    assert book["Case 1"]["I2"].value is None
    assert book["Solution Case 1"]["I2"].value == 75
    texts = [str(cell.value) for row in book["Case 1"] for cell in row if cell.value]
    assert not any("=" in text and "$G$5" in text for text in texts)


def test_a_worksheet_is_not_taken_for_a_workbook_that_calculates():
    rows = values_of(worksheet())["About"].iter_rows(values_only=True)
    with pytest.raises(InputError, match="a worksheet to be filled in; its key holds"):
        read_about(rows)


@pytest.mark.parametrize("options", [{"blank": 0}, {"blank": 1.5}, {"blank": float("nan")}])
def test_an_unusable_share_is_refused(options):
    with pytest.raises(OptionError, match="blank must be a share, more than 0 and at most 1"):
        WorksheetOptions(**options)


def test_negative_numbers_are_refused():
    with pytest.raises(OptionError, match=r"at least 0\. Received: seed=-1, number=0"):
        WorksheetOptions(seed=-1)
