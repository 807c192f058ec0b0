from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from xlsxwriter.utility import quote_sheetname

from cnncalc.sheet.references import address, column_letters, range_address, sheet_prefix


@given(st.integers(0, 16_383))
def test_column_letters_are_a_spreadsheets(column):
    assert column_letters(column) == get_column_letter(column + 1)


def test_addresses_count_rows_from_1():
    assert address(0, 0) == "A1"
    assert address(1_048_575, 16_383, fixed=True) == "$XFD$1048576"


def test_a_range_of_one_cell_is_an_address():
    assert range_address(1, 1, 1, 1) == "B2"
    assert range_address(1, 3, 1, 2) == "D2:E2"


def test_sheet_names_that_need_it_are_quoted():
    for name in ("Case 5", "R1C1", "A1", "2nd", "it's", "a-b", "RC", "true", "False", "TRUE"):
        prefix = sheet_prefix(name)
        assert prefix.startswith("'"), name
        assert prefix.endswith("'!")
    assert sheet_prefix("it's") == "'it''s'!"
    assert sheet_prefix("Weights") == "Weights!"


def test_only_names_that_every_program_reads_unquoted_are():
    # HyperFormula reads no dots in a name, Gnumeric no "x²".
    names = ("é", "Δ", "x²", "a.b", "_xlnm")
    assert [sheet_prefix(name) for name in names] == [f"'{name}'!" for name in names]
    plain = ("average", "nan", "max_pooling2d", "E", "trues")
    assert [sheet_prefix(name) for name in plain] == [f"{name}!" for name in plain]


@given(
    st.one_of(
        st.from_regex(r"[A-Za-z]{1,4}[0-9]{0,8}", fullmatch=True),
        st.from_regex(r"[Rr]?[0-9]{0,8}[Cc]?[0-9]{0,6}[a-z_]?", fullmatch=True).filter(bool),
        st.text("abcRC019._ '-äé", min_size=1).filter(lambda name: not name.startswith("'")),
    )
)
def test_sheet_names_that_xlsxwriter_quotes_are_quoted(name):
    quoted = quote_sheetname(name)
    if quoted != name:
        assert sheet_prefix(name) == f"{quoted}!"
    else:
        assert sheet_prefix(name) in (f"{name}!", f"'{name}'!")
