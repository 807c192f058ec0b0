"""Worksheets: a plan whose results are left for a student to fill in.

A hidden sheet holds the solutions in the same cells. It hides from eyes, not from programs: pandas
and openpyxl read it, a save by LibreOffice leaves it merely hidden, one by Gnumeric shows it.
Hidden columns on the right hold the marks: by its mark an answer turns green or red, and a score,
which is not printed, counts the right ones. (The colours don't refer to the solutions themselves,
since Excel 2007 keeps such rules to one sheet.)
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.sheet.blocks import EACH
from cnncalc.sheet.layouts.sheet_parts import (
    ABOUT,
    CONTENTS,
    SOLUTION,
    SheetNames,
    worksheet_texts,
    worksheet_words,
)
from cnncalc.sheet.plan import (
    Block,
    Formula,
    Plan,
    Quantity,
    Reference,
    Sheet,
    StageScale,
    Text,
    Values,
)
from cnncalc.sheet.worksheet_pages import NAME_ROW, is_printed, name_lines, on_paper
from cnncalc.trace.stage_names import HelperName, StageName

__all__ = [
    "MARK",
    "SENTENCE",
    "Worksheet",
    "WorksheetOptions",
    "as_worksheet",
    "is_answer",
    "marks_of",
    "solution_of",
    "with_asked",
    "worksheet_identity",
]

# How far an answer {0} may be from its solution {1}. A whole number must be exact, to the 15 digits
# that a spreadsheet keeps; its solution may be off by what rounding adds up to. Of others two
# decimals are enough, or three digits below 1, where two decimals could be none at all.
IS_WHOLE = "ABS({1}-INT({1}+0.5))<=0.000000001*ABS({1})"

TOLERANCE = (
    f"IF({IS_WHOLE},0.001+0.00000000000001*ABS({{1}}),0.005*MIN(1,ABS({{1}}))+0.0005*ABS({{1}}))"
)

SENTENCE = "whole numbers exactly; of others two decimals are enough, or three digits below 1"
# 1 for a right answer, -1 for a wrong one, 0 for none yet.
IS_RIGHT = f"ABS({{0}}-{{1}})<={TOLERANCE}"

MARK = f'IF({{1}}="",0,IF({{0}}="",0,IF(ISNUMBER({{0}}),IF({IS_RIGHT},1,-1),-1)))'

SCORE_PIXELS = 120

_HIDDEN = (
    "This file holds the solution, by which an answer turns green when it is right and red when it "
    "is not. It is out of sight, not locked away: for marks that count, take a worksheet that was "
    "made with --no-solution."
)

# These only copy what stands elsewhere: they follow by themselves.
COPIES = (StageName.PADDED_INPUT, HelperName.DILATED_KERNEL)

# Where the blanks of a block are: of its (height, width), True for a blank.
Masks = Mapping[tuple[str, Block], Array]


@dataclass(frozen=True)
class WorksheetOptions:
    """What a worksheet leaves blank, and for whom.

    Arguments: the share of the results that is left `blank`, more than 0 and at most 1; the `seed`
    that chooses them; whether it holds the `solution`, hidden, and so colours and counts the
    answers; the student's own `number` among several, from 1, or 0.
    """

    blank: float = 1.0
    seed: int = 0
    solution: bool = True
    number: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.blank <= 1:
            message = "blank must be a share, more than 0 and at most 1. "
            raise OptionError(message + f"Received: blank={self.blank:g}")
        if self.seed < 0 or self.number < 0:
            message = "seed and number must be whole numbers, at least 0. "
            raise OptionError(message + f"Received: seed={self.seed}, number={self.number}")

    @property
    def about_solution(self) -> str:
        """Where the solution is, for those who fill in the worksheet and those who hand it out."""
        return _HIDDEN if self.solution else "It is not in this file: the key to it has it."

    def header(self, identity: str) -> str:
        """Return what tells this worksheet from others, by its `identity`."""
        student = f"student {self.number} · " if self.number else ""
        return f"{student}{identity}"


@dataclass(frozen=True, eq=False)
class Worksheet:
    """A plan to fill in, its values (NaN for a blank), and the hidden sheets of its solutions."""

    plan: Plan
    values: tuple[Values, ...]
    hidden: tuple[Sheet, ...]


def worksheet_identity(plan: Plan, values: Sequence[Values], options: WorksheetOptions) -> str:
    """Return what a worksheet is called, by which it is matched with its key.

    It is made of all that the worksheet shows and leaves blank, so that the same command gives the
    same one; neither the seed nor the solution can be read from it.

    Arguments: as for `as_worksheet`.
    """
    digest = hashlib.sha256(repr(options).encode())
    for specification, numbers in zip(plan.specifications, values, strict=True):
        said = repr((specification.layers, specification.input_shape))
        # A chain, which names no inputs, is called as it was before layers could name any.
        digest.update(said.replace(", inputs=()", "").encode())
        for quantity, array in numbers.items():
            if quantity.kind in ("input", "weight"):
                digest.update(repr(array.tolist()).encode())
    text = b32encode(digest.digest()).decode()
    return f"{text[:4]}-{text[4:8]}"


def as_worksheet(plan: Plan, values: Sequence[Values], options: WorksheetOptions) -> Worksheet:
    """Return a plan with its results, or a share of them, left blank.

    Arguments: the plan; the values of each of its calculations; the options.
    """
    masks = _masks(plan, options)
    header = options.header(worksheet_identity(plan, values, options))
    filled = [_with_blanks(plan, place, numbers, masks) for place, numbers in enumerate(values)]
    names = SheetNames([ABOUT, CONTENTS, *(sheet.name for sheet in plan.sheets)])
    sheets, hidden = [], []
    for sheet in plan.sheets:
        blanks = sum(int(mask.sum()) for (name, _), mask in masks.items() if name == sheet.name)
        asked = _asked(sheet, header, printed=is_printed(plan, sheet))
        if options.solution and blanks:
            solution = _solution_sheet(sheet, names)
            hidden.append(solution)
            asked = _scored(_marked(asked, sheet, solution.name), blanks)
            filled[sheet.specification][asked.blocks[-1].quantity] = np.zeros((1, 1))
        sheets.append(asked)
    return Worksheet(replace(plan, sheets=tuple(sheets)), tuple(filled), tuple(hidden))


def with_asked(
    plan: Plan, values: Sequence[Values], options: WorksheetOptions
) -> tuple[Values, ...]:
    """Return the values of a key, with a mark of 1 for each number that its worksheet asks for.

    Arguments: as for `as_worksheet`.
    """
    marked = [dict(numbers) for numbers in values]
    masks = _masks(plan, options)
    for sheet in plan.sheets:
        numbers = marked[sheet.specification]
        for block in filter(is_answer, sheet.blocks):
            marks = replace(block, quantity=marks_of(block.quantity))
            numbers.setdefault(marks.quantity, np.zeros(numbers[block.quantity].shape))
            marks.slice(numbers)[masks[sheet.name, block]] = 1
    return tuple(marked)


def is_answer(block: Block) -> bool:
    """Tell whether a block is one that students work out: what only copies follows by itself."""
    return block.formula is not None and block.quantity.name not in COPIES


def _masks(plan: Plan, options: WorksheetOptions) -> Masks:
    """Choose the blanks among the results of all sheets."""
    answers = [
        (sheet.name, block) for sheet in plan.sheets for block in sheet.blocks if is_answer(block)
    ]
    sizes = [block.height * block.width for _, block in answers]
    chosen = np.zeros(sum(sizes), dtype=bool)
    order = np.random.default_rng([options.seed, options.number]).permutation(chosen.size)
    chosen[order[: max(1, round(options.blank * chosen.size))]] = True
    shares = np.split(chosen, np.cumsum(sizes)[:-1])
    return {
        (name, block): share.reshape(block.height, block.width)
        for (name, block), share in zip(answers, shares, strict=True)
    }


def _with_blanks(plan: Plan, number: int, values: Values, masks: Masks) -> dict[Quantity, Array]:
    """Return the values of a calculation, NaN for each blank, with its solutions and marks."""
    result = {key: np.array(array, dtype=np.float64) for key, array in values.items()}
    blocks = {
        (sheet.name, block.row, block.column): block
        for sheet in plan.sheets
        if sheet.specification == number
        for block in sheet.blocks
    }
    for key in {block.quantity for block in blocks.values() if is_answer(block)}:
        result[solution_of(key)] = np.full(values[key].shape, np.nan)
        result[marks_of(key)] = np.zeros(values[key].shape)
    for (sheet, _, _), block in blocks.items():
        if is_answer(block):
            mask = masks[sheet, block]
            solution = replace(block, quantity=solution_of(block.quantity)).slice(result)
            solution[mask] = block.slice(values)[mask]
            block.slice(result)[mask] = np.nan
        elif isinstance(block.formula, Formula) and block.quantity.name == StageName.PADDED_INPUT:
            copied = block.formula.references[0]
            source = blocks[copied.sheet or sheet, copied.row, copied.column]
            # A formula takes an empty cell for 0.
            block.slice(result)[...] = np.nan_to_num(source.slice(result))
    return result


def solution_of(quantity: Quantity) -> Quantity:
    """Return the name of what a student's answers are compared with."""
    return quantity._replace(kind="solution")


def marks_of(quantity: Quantity) -> Quantity:
    """Return the name of what a student's answers are marked with."""
    return quantity._replace(kind="marks")


def _asked(sheet: Sheet, header: str, *, printed: bool) -> Sheet:
    """Return a sheet with its results to be filled in."""
    blocks = [
        replace(block, role="answer", formula=None) if is_answer(block) else block
        for block in sheet.blocks
    ]
    has_answers = any(block.role == "answer" for block in blocks)
    task = ": fill in the empty cells" if has_answers else ""
    title = f"{sheet.title}{task}"
    texts = worksheet_texts(sheet.texts, f"{title} · {header}")
    asked = replace(
        sheet,
        title=title,
        blocks=tuple(blocks),
        texts=(*texts, *([_precision(texts)] if has_answers else ())),
        summary=worksheet_words(sheet.summary),
        header=header,
        locked=True,
    )
    if not printed:
        return asked
    asked = on_paper(asked)
    return replace(asked, texts=(*asked.texts, *name_lines(asked)))


def _precision(texts: Sequence[Text]) -> Text:
    """Return what is near enough for an answer, below all `texts`."""
    last = max(texts, key=lambda text: text.row)
    row, column = last.row + 2, min(text.column for text in texts if text.row == last.row)
    return Text(row, column, f"{SENTENCE[0].upper()}{SENTENCE[1:]}.")


def _solution_sheet(sheet: Sheet, names: SheetNames) -> Sheet:
    """Return the hidden sheet of solutions, in the same cells as the answers."""
    name = names.take(f"{SOLUTION} {sheet.name}")
    blocks = tuple(
        replace(block, role="answer", formula=None, quantity=solution_of(block.quantity))
        for block in sheet.blocks
        if is_answer(block)
    )
    return Sheet(name, name, "", sheet.specification, blocks, locked=True, hidden=True)


def _marked(asked: Sheet, sheet: Sheet, solution: str) -> Sheet:
    """Return a sheet to fill in with a mark for each answer, right of all that it shows."""
    last = max(
        *(block.column + block.width for block in asked.blocks),
        *(text.column for text in asked.texts),
        *(area.column + area.width for area in asked.areas),
    )
    marks = tuple(
        replace(
            block.moved(0, last + 1),
            formula=_mark(block, solution),
            quantity=marks_of(block.quantity),
            scale=StageScale.NONE,
        )
        for block in sheet.blocks
        if is_answer(block)
    )
    return replace(asked, blocks=(*asked.blocks, *marks), marks=last + 1)


def _mark(block: Block, solution: str) -> Formula:
    cells = [Reference(name, block.row, block.column, 1, 1, *EACH) for name in ("", solution)]
    return Formula(MARK, tuple(cells))


def _scored(sheet: Sheet, blanks: int) -> Sheet:
    """Return a marked sheet that counts its right answers; the score is its last block.

    It stands in the first column, which stays in sight and is not printed.
    """
    marks = [block for block in sheet.blocks if block.column > sheet.marks]
    bottom = max(block.row + block.height for block in marks)
    width = max(block.column + block.width for block in marks) - sheet.marks
    right = Formula("COUNTIF({0},1)", (Reference("", 0, sheet.marks, bottom, width),))
    score = Block(
        *(NAME_ROW, 0, 1, 1, "formula", Quantity("marks", sheet.name, "score")),
        formula=right,
        number_format=f'0" of {blanks} right"',
    )
    widths = (*(width for width in sheet.widths if width[0]), (0, SCORE_PIXELS))
    frozen = (max(sheet.frozen[0], NAME_ROW + 1), 1)
    return replace(sheet, blocks=(*sheet.blocks, score), widths=widths, frozen=frozen)
