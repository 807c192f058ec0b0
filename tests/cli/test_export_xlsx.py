import io
import os
import re
import zipfile

import numpy as np
import openpyxl
import pytest
from PIL import Image

from cnncalc.sheet.references import sheet_prefix
from cnncalc.sheet.texts import clean_text
from cnncalc.trace import record

CROSS = ("--kernel", "1 0 1; 0 1 0; 1 0 1")


def formulas(path, sheet):
    return openpyxl.load_workbook(path)[sheet]


def test_without_anything_it_writes_the_article_at_its_own_addresses(run, tmp_path):
    result = run("export-xlsx")
    assert result.exit_code == 0
    assert result.stderr == "wrote article.xlsx (557 formulas)\n"
    path = tmp_path / "article.xlsx"
    assert formulas(path, "Case 1")["I2"].value == "=B2*$G$5"
    assert formulas(path, "Case 3")["M2"].value == "=SUMPRODUCT(D2:E2,$I$5:$J$5)"
    assert formulas(path, "Case 5")["J3"].value == "=SUMPRODUCT(B3:C4,$G$5:$H$6)"


def test_every_formula_carries_its_value(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "--pool", "max:2", "-o", "mine.xlsx")
    values = openpyxl.load_workbook(tmp_path / "mine.xlsx", data_only=True)["Calculation"]
    cells = formulas(tmp_path / "mine.xlsx", "Calculation")
    found = {
        cell.coordinate: values[cell.coordinate].value
        for row in cells.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert len(found) == 20
    assert {792, 856, 913, 851, 429} <= set(found.values())


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("article:6x6", *CROSS), "6x6.xlsx"),
        (CROSS, "digit4.xlsx"),
        (("-", *CROSS), "input.xlsx"),
    ],
)
def test_the_name_is_the_inputs_where_none_is_given(run, tmp_path, arguments, name):
    result = run("export-xlsx", *arguments, input="1,2,3\n4,5,6\n7,8,9\n")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / name).exists()


def test_a_workbook_that_is_the_input_is_never_replaced(run, fails, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "-o", "grid.xlsx")
    before = (tmp_path / "grid.xlsx").read_bytes()
    result = run("export-xlsx", "grid.xlsx", *CROSS)
    assert "wrote grid-calculation.xlsx" in result.stderr
    for command in ("export-xlsx", "convolve"):
        said = fails(command, "grid.xlsx", *CROSS, "-o", "grid.xlsx", "--force")
        assert said == "the output file 'grid.xlsx' is the INPUT itself. Expected another name"
    assert (tmp_path / "grid.xlsx").read_bytes() == before


def test_convolve_writes_the_same_workbook(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "-o", "one.xlsx")
    run("convolve", "article:6x6", *CROSS, "-o", "other.xlsx")
    one, other = (
        [[cell.value for cell in row] for row in formulas(tmp_path / name, "Calculation")]
        for name in ("one.xlsx", "other.xlsx")
    )
    assert one[1:] == other[1:]  # below the title


def test_the_same_command_gives_the_same_bytes(run, tmp_path):
    contents = []
    for _ in range(2):
        run("export-xlsx", "article:6x6", *CROSS, "-o", "same.xlsx", "--force")
        contents.append((tmp_path / "same.xlsx").read_bytes())
    assert contents[0] == contents[1]


def test_an_exported_workbook_is_an_input_and_a_kernel_again(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "-k", "edge", "--padding", "1", "-o", "mine.xlsx")
    direct = run("convolve", "article:6x6", *CROSS, "-k", "edge", "--format", "csv")
    again = run("convolve", "mine.xlsx", "--kernel", "@mine.xlsx", "--format", "csv")
    assert again.stdout == direct.stdout


def test_variants_are_different_worksheets_each_with_its_key(run, tmp_path):
    options = ["--blank", "0.5", "--seed", "7", "--variants", "3", "-o", "quiz.xlsx"]
    result = run("export-xlsx", "article:6x6", *CROSS, *options)
    assert result.exit_code == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"quiz-{n}{part}.xlsx" for n in (1, 2, 3) for part in ("-key", "")]
    about = [
        dict(openpyxl.load_workbook(tmp_path / name)["About"].iter_rows(values_only=True))
        for name in ("quiz-2.xlsx", "quiz-2-key.xlsx")
    ]
    identity = about[0]["Worksheet"]
    assert re.fullmatch("student 2 · [A-Z2-7]{4}-[A-Z2-7]{4}", identity)
    assert f"wrote quiz-2.xlsx (a worksheet, {identity})" in result.stderr
    assert about[1]["Worksheet"] == identity
    assert about[1]["Image"] == "drawn from seed 7 like article:6x6"
    assert not {"Made by", "Image", "Kernel"} & set(about[0])
    images = []
    for number in (1, 2, 3):
        run("show", f"quiz-{number}-key.xlsx", "-o", "image.npy", "--force")
        images.append(np.load(tmp_path / "image.npy"))
    assert not (images[0] == images[1]).all()
    assert not (images[1] == images[2]).all()


def test_a_worksheet_leaves_blanks_and_hides_the_solution(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "--worksheet", "-o", "quiz.xlsx")
    book = openpyxl.load_workbook(tmp_path / "quiz.xlsx")
    hidden = [sheet for sheet in book if sheet.sheet_state != "visible"]
    assert hidden
    assert all(sheet.protection.sheet for sheet in hidden)
    assert not any(
        isinstance(cell.value, str) and "SUMPRODUCT" in cell.value
        for row in book["Calculation"].iter_rows()
        for cell in row
        if cell.column <= 20
    )


def test_without_the_solution_the_key_is_a_second_file(run, tmp_path):
    result = run("export-xlsx", "article:6x6", *CROSS, "--no-solution", "-o", "quiz.xlsx")
    assert result.exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "quiz.xlsx")
    assert all(sheet.sheet_state == "visible" for sheet in book)
    assert run("verify", "quiz-key.xlsx", "--engine", "formualizer").exit_code == 0


HIDDEN = (
    "each worksheet holds its solution, hidden from eyes, not from programs; with --no-solution "
    "it is in the key alone"
)


@pytest.mark.parametrize(("options", "times"), [((), 1), (("--no-solution",), 0)])
def test_variants_with_their_solutions_inside_are_said_to_hold_them_once(run, options, times):
    arguments = ("article:6x6", *CROSS, "--variants", "2", *options, "-o", "quiz.xlsx")
    result = run("export-xlsx", *arguments)
    assert result.stderr.count(HIDDEN) == times


def test_the_help_says_what_hidden_means(run):
    said = " ".join(run("export-xlsx", "--help").stdout.split())
    assert "Hidden from eyes, not from programs: pandas and openpyxl read it" in said


def test_no_file_of_a_set_is_replaced_unasked(fails, tmp_path):
    (tmp_path / "quiz-2-key.xlsx").write_text("mine")
    said = fails("export-xlsx", *CROSS, "--variants", "2", "-o", "quiz.xlsx")
    assert "quiz-2-key.xlsx" in said
    assert [path.name for path in tmp_path.iterdir()] == ["quiz-2-key.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("article:6x6",), "needs --kernel"),
        (("--padding", "same"), "needs --kernel"),
        (("--bias", "1"), "needs --kernel"),
        (("--worksheet",), "a worksheet is made of one calculation"),
        ((*CROSS, "--blank", "1.5"), "blank=1.5"),
        ((*CROSS, "--variants", "0"), "variants"),
        ((*CROSS, "-o", "out.xls"), ".xlsx"),
    ],
)
def test_what_can_not_be_exported_is_said(fails, tmp_path, arguments, said):
    assert said in fails("export-xlsx", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_verify_finds_a_number_that_was_typed_over(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "-o", "mine.xlsx")
    assert run("verify", "mine.xlsx", "--engine", "formualizer").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "mine.xlsx")
    place = next(
        cell.coordinate
        for row in book["Calculation"].iter_rows()
        for cell in row
        if cell.data_type == "f"
    )
    book["Calculation"][place] = 7
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "mine.xlsx").write_bytes(stream.getvalue())
    result = run("verify", "mine.xlsx", "--engine", "formualizer")
    assert result.exit_code == 1
    assert place in result.stdout


LAYER_NAMES = ("=1+1", "a!b%d{0}", "o'k", "History", "R1C1", "Contents", "x" * 41)
CLASS_NAMES = ("=1+1", "http://x.example", "007")
FILE_NAMES = ("=1+1.png", "@SUM(A1)&12'.png", os.fsdecode(b"bad\xff\x07name.png"))


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def check_texts(path, expected):
    """Each expected text stands in a cell as a text, and every link leads into the workbook."""
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    # A formula names its sheet, and nothing else of anybody's words.
    prefixes = [sheet_prefix(name) for name in book.sheetnames]
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    for prefix in prefixes:
        formulas = [formula.replace(prefix, "") for formula in formulas]
    for text in expected:
        assert any(cell.data_type == "s" and text in cell.value for cell in cells), text
        assert not any(text in formula for formula in formulas), text
    for cell in cells:
        if cell.hyperlink:
            assert cell.hyperlink.target is None
            sheet, place = cell.hyperlink.location.rsplit("!", 1)
            plain = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
            assert (plain in book.sheetnames, place) == (True, "A1")
    assert 'TargetMode="External"' not in "".join(parts_of(path).values())


# What openpyxl says of data bars when it reads them.
@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize(
    ("layer", "file"),
    [*((name, "a.png") for name in LAYER_NAMES), *(("conv", name) for name in FILE_NAMES)],
)
def test_any_name_stays_a_text(run, tmp_path, layer, file):
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).save(tmp_path / file)
    network = f'Conv2D(1, 2, name="{layer}"); Flatten(); Dense(3, activation="softmax")'
    names = ("--class-names", ",".join(CLASS_NAMES), "--target", "1")
    result = run("export-xlsx", file, "--network", network, *names, "-o", "out.xlsx")
    assert result.exit_code == 0, result.output
    shown = [clean_text(file), layer[:30], *CLASS_NAMES]
    check_texts(tmp_path / "out.xlsx", shown)
    verified = run("verify", "out.xlsx", "--engine", "formualizer")
    assert verified.exit_code == 0, verified.output


@pytest.mark.parametrize("file", FILE_NAMES)
def test_a_file_name_stays_a_text_in_a_calculation(run, tmp_path, file):
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).save(tmp_path / file)
    result = run("export-xlsx", file, "--kernel", "1 2; 3 4", "-o", "out.xlsx")
    assert result.exit_code == 0, result.output
    check_texts(tmp_path / "out.xlsx", [clean_text(file)])
    assert run("verify", "out.xlsx", "--engine", "formualizer").exit_code == 0


@pytest.mark.parametrize(
    "options", [("--kernel", "1"), ("--network", 'Conv2D(2, 1, activation="relu")')]
)
def test_what_is_too_large_is_refused_before_it_is_computed(fails, tmp_path, monkeypatch, options):
    def computed(*_):
        pytest.fail("computed all the same")

    for module in ("tasks.calculation", "sheet.values"):
        monkeypatch.setattr(f"cnncalc.{module}.record", computed)
    Image.fromarray(np.zeros((1_000, 1_001), dtype=np.uint8)).save(tmp_path / "big.png")
    # `fails` sees one line of standard error alone: nothing is noted before the refusal.
    assert "must be asked for with export-xlsx --large" in fails("export-xlsx", "big.png", *options)
    assert [path.name for path in tmp_path.iterdir()] == ["big.png"]


def test_a_network_is_computed_once(run, monkeypatch):
    counted = []

    def counting(*arguments):
        counted.append(arguments)
        return record(*arguments)

    for module in ("tasks.calculation", "sheet.values"):
        monkeypatch.setattr(f"cnncalc.{module}.record", counting)
    result = run("export-xlsx", "article:6x6", "--network", "Conv2D(1, 2)", "-o", "out.xlsx")
    assert result.exit_code == 0, result.output
    assert len(counted) == 1


def test_nothing_is_noted_before_convolve_refuses(fails, tmp_path):
    Image.fromarray(np.zeros((1_000, 1_001), dtype=np.uint8)).save(tmp_path / "big.png")
    said = fails("convolve", "big.png", "--kernel", "1", "-o", "out.xlsx")
    assert "must be asked for with export-xlsx --large" in said


def test_the_same_calculation_gives_the_same_bytes_under_any_name(run, tmp_path):
    run("export-xlsx", "article:6x6", *CROSS, "-o", "first.xlsx")
    run("export-xlsx", "article:6x6", "--output=second.xlsx", "--force", *CROSS)
    run("export-xlsx", "article:6x6", "-othird.xlsx", *CROSS)
    run("export-xlsx", "--output", "fourth.xlsx", "article:6x6", *CROSS, "--force")
    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(contents) == 4
    assert set(contents) == {contents[0]}
    about = openpyxl.load_workbook(tmp_path / "first.xlsx")["About"]
    texts = [cell.value for row in about for cell in row]
    assert "cnncalc export-xlsx article:6x6 --kernel '1 0 1; 0 1 0; 1 0 1'" in texts


@pytest.mark.parametrize("number", ["1e-320", "-5e-324"])
def test_a_number_below_what_spreadsheets_know_is_refused(fails, run, number):
    said = fails("export-xlsx", "article:6x6", "--network", f"Rescaling({number})", "-o", "a.xlsx")
    assert said.startswith("a formula holds numbers down to 2.2e-308 only; 0 is nearest. Received:")
    smallest = "Rescaling(2.2250738585072014e-308)"
    result = run("export-xlsx", "article:6x6", "--network", smallest, "-o", "a.xlsx")
    assert result.exit_code == 0, result.output
