import pytest

from cnncalc.verification.formula_forms import is_same_formula


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SUM(A1:B2)", "SUM(A1:B2)"),
        ("SUM(A1:B2)", "=SUM(A1:B2)"),
        ("SUMPRODUCT($G$5:$H$6,A1:B2)", "sumproduct( G5:H6, a1:b2 )"),
        ("SUM(Image!A1)", "SUM('Image'!A1)"),
        ("SUM('it''s'!A1)", "SUM('IT''S'!$A$1)"),
        ("A1*0.5", "A1*.50"),
        ("A1*1000", "A1*1E3"),
        ("A1*0.001", "A1*1e-3"),
        # So Gnumeric and LibreOffice write them.
        ("A1-0.000000000001*B1", "A1-1e-12*B1"),
        ("A1<=0.000000001", "A1<=9.99999999999999999981e-10"),
        ("A1*1.2345678901234567", "A1*1.23456789012346"),
        ("A1*123456789012345678", "A1*1.23456789012346E+017"),
        ("MATCH(A1,B1:B3,FALSE)", "MATCH(A1,B1:B3,FALSE())"),
        ('IF(A1>0,"a b",TRUE)', 'IF(A1 > 0, "a b", true)'),
    ],
)
def test_a_spreadsheet_programs_own_way_of_writing_makes_no_difference(first, second):
    assert is_same_formula(first, second)
    assert is_same_formula(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("SUM(A1:B2)", "SUM(A1:B3)"),
        ("SUM(A1:B2)", "SUMSQ(A1:B2)"),
        ("A1*0.5", "A1*0.51"),
        ("A1*1.23456789012345", "A1*1.23456789012346"),
        ("A1*2", "A12"),
        ("A1+B1", "A1-B1"),
        ("SUM('Case 4'!A1)", "SUM('Case 5'!A1)"),
        ("SUM(Image!A1)", "SUM(A1)"),
        ('"a b"', '"ab"'),
        ('"a"', '"A"'),
        ('"$A$1"', '"A1"'),
        ("MAX(A1,0)", "MAX(A1,0)+0"),
        ("A11", "A1*1"),
    ],
)
def test_another_formula_is_another(first, second):
    assert not is_same_formula(first, second)
    assert not is_same_formula(second, first)
