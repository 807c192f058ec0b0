"""Every formula that a plan can hold is of the few forms that all spreadsheet programs calculate.

A range stands only where a function goes through its cells by itself: elsewhere one program takes
it for an array, the next one for a single cell of it, and another one for an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from cnncalc.layers import (
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    InferenceOnly,
    InputLayer,
    Layer,
    MaxPooling2D,
    Shape,
    Softmax,
)
from cnncalc.network import initialize
from cnncalc.part import part_depths
from cnncalc.sheet.calculations import network_calculation
from cnncalc.sheet.formulas import IS_MAXIMUM
from cnncalc.sheet.plan import Formula, Reference, Sheet, Specification, Tiled
from cnncalc.sheet.planning import make_plan, specify, specify_network, specify_training
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.values import trace_as_written
from cnncalc.sheet.worksheet import WorksheetOptions, as_worksheet
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizer_notation import parse_optimizer
from tests.drawn_graphs import few_graphs
from tests.layer_examples import EVERY_EXAMPLE
from tests.sheet.branching import BRANCHING, branching
from tests.sheet.training.examples import BATCHES, NETWORKS, OPTIMIZERS, drawn_network
from tests.trace.drawn import vary
from tests.views.workbook.drawn import draw

MOST_CHARACTERS, MOST_ARGUMENTS, MOST_NESTED, MOST_DIGITS = 8_192, 255, 64, 15


@dataclass(frozen=True)
class Written:
    """What stands in a formula: a "number", a "range" of more than a cell, or any other "value"."""

    kind: str
    size: tuple[int, int] = (1, 1)


def cells(arguments):
    return all(argument.kind != "range" for argument in arguments)


def is_list(argument):
    return argument.kind != "range" or 1 in argument.size


def anything(arguments):
    return bool(arguments)


def two_of_a_size(arguments):
    one, other = arguments
    return one.kind == other.kind == "range" and one.size == other.size


def in_a_list(arguments):
    return len(arguments) == 2 and is_list(arguments[0]) and cells(arguments[1:])


FUNCTIONS: dict[str, Callable[[list[Written]], bool]] = {
    **dict.fromkeys(("SUM", "SUMSQ", "AVERAGE", "MAX", "MIN", "COUNT"), anything),
    **dict.fromkeys(("IF", "AND", "ABS", "EXP", "INT", "ISNUMBER", "LN", "SQRT", "TANH"), cells),
    "SUMPRODUCT": two_of_a_size,
    "INDEX": in_a_list,
    "MATCH": lambda arguments: is_list(arguments[1]) and cells([arguments[0], arguments[2]]),
    "NPV": lambda arguments: cells(arguments[:1]),
    "COUNTIF": lambda arguments: len(arguments) == 2 and arguments[1].kind == "number",
}
# A text, a reference, a sign of two, a name, a number; anything else is a sign.
TOKEN = re.compile(r'"[^"]*"|\{\d+\}|<=|>=|[A-Z]+|\d+(?:\.\d+)?|\S')
SIGNS = ("=", "<", ">", "<=", ">=", "+", "-", "*", "/", "^")


class Reader:
    """Reads a formula, and raises AssertionError where it isn't of an allowed form."""

    def __init__(self, formula: Formula) -> None:
        self.called: set[str] = set()
        self.formula, self.tokens = formula, TOKEN.findall(formula.template)[::-1]

    def read(self) -> set[str]:
        """Return the functions that the formula calls."""
        written = self.expression(0)
        assert not self.tokens, self.tokens
        assert written.kind != "range"
        return self.called

    def next(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    def expect(self, text: str) -> None:
        assert self.tokens.pop() == text

    def expression(self, depth: int) -> Written:
        """Read what signs join, whatever binds it."""
        operands = [self.operand(depth)]
        while self.next() in SIGNS:
            self.tokens.pop()
            operands.append(self.operand(depth))
        if len(operands) == 1:
            return operands[0]
        assert cells(operands)
        return Written("value")

    def operand(self, depth: int) -> Written:
        text = self.tokens.pop()
        if text == "-":
            assert cells([self.operand(depth)])
            return Written("value")
        if text == "(":
            inner = self.expression(depth)
            self.expect(")")
            return inner
        if text[0] == "{":
            return self.reference(self.formula.references[int(text[1:-1])])
        if text[0].isdigit():
            assert len(text.replace(".", "").strip("0")) <= MOST_DIGITS
            return Written("number")
        return Written("value") if text[0] == '"' else self.call(text, depth + 1)

    def reference(self, reference: Reference) -> Written:
        size = (reference.height, reference.width)
        return Written("value" if size == (1, 1) else "range", size)

    def call(self, name: str, depth: int) -> Written:
        assert depth <= MOST_NESTED
        self.expect("(")
        arguments = [self.expression(depth)]
        while self.next() == ",":
            self.tokens.pop()
            arguments.append(self.expression(depth))
        self.expect(")")
        assert len(arguments) <= MOST_ARGUMENTS
        assert FUNCTIONS[name](arguments), (name, arguments)
        self.called.add(name)
        return Written("value")


def require_portable(formula: Formula) -> set[str]:
    try:
        return Reader(formula).read()
    except (AssertionError, KeyError, IndexError, ValueError) as error:
        message = f"{formula.text(0, 0)} must be of a form that every program reads"
        raise AssertionError(message) from error


def formulas_of(sheets: tuple[Sheet, ...]) -> Iterator[Formula]:
    """Yield all formulas of cells, and of what may be typed into them."""
    for sheet in sheets:
        for block in sheet.blocks:
            match block.formula:
                case Tiled(tile):
                    yield from (formula for row in tile for formula in row)
                case Formula() as formula:
                    yield formula
                    far = formula.text(block.height - 1, block.width - 1)
                    assert len(far) <= MOST_CHARACTERS
        for entry in sheet.entries:
            yield Formula(entry.rule, (Reference("", entry.row, entry.column),))


def require_all_portable(sheets: tuple[Sheet, ...]) -> set[str]:
    """Check every formula, each template once, and return the functions that they call."""
    seen = set()
    called = set()
    for formula in formulas_of(sheets):
        sizes = tuple((cell.height, cell.width) for cell in formula.references)
        if (formula.template, sizes) in seen:
            continue
        seen.add((formula.template, sizes))
        assert len(formula.text(0, 0)) <= MOST_CHARACTERS
        called |= require_portable(formula)
    return called


def trained(layers: tuple[Layer, ...], shape: Shape) -> Specification:
    """Return a training of layers, with classes behind them: a step of one sample."""
    network = vary(layers, shape)
    optimizer = parse_optimizer("SGD(0.1)")
    training = TrainingSpecification("categorical_crossentropy", optimizer, ((0,),))
    behind = (Flatten(name="all"), Dense(3, "softmax", name="classes"))
    return specify_training(vary((*network.layers, *behind), shape), training)


def specifications() -> Iterator[Specification]:
    for example in EVERY_EXAMPLE:
        yield specify_network(example.network)
        if not isinstance(example.layer, InferenceOnly | InputLayer):
            yield trained(example.layers, example.shape)
    for seed in range(40):
        yield specify(draw(seed)[0])
    for name in BRANCHING:
        yield specify_network(branching(name))
    for layers, shape in few_graphs(12):
        yield specify_network(vary(layers, shape))
        yield trained(layers, shape)
    yield from trainings()
    yield from parts()
    yield from large()


def trainings() -> Iterator[Specification]:
    for row, name in enumerate(NETWORKS):
        for column, loss in enumerate(LOSSES):
            optimizer = parse_optimizer(OPTIMIZERS[(row + column) % len(OPTIMIZERS)])
            training = TrainingSpecification(loss, optimizer, BATCHES)
            yield specify_training(drawn_network(name, loss, row % 2), training)


def parts() -> Iterator[Specification]:
    network = branching("residual")
    for plan in part_depths(network.layers, network.input_shape, "add", (2, 3, 1)):
        yield specify_network(vary(plan.layers, plan.input_shape), part=plan.part)


def large() -> Iterator[Specification]:
    """Yield what takes parts, names and targets, drawn weights, and the size of an output."""
    yield specify_network(vary((Conv2D(40, 1), Dense(35), Softmax()), (2, 3, 2)))
    yield trained((Dense(1100),), (2,))
    yield trained((MaxPooling2D(16, padding="same"),), (20, 20, 1))
    yield trained((GlobalMaxPooling2D(),), (20, 20, 2))
    layers = (Conv2D(2, 2, name="a"), Flatten(name="b"), Dense(3, "softmax", name="c"))
    names = {"has_class_names": True, "has_target": True}
    yield specify_network(initialize(layers, (4, 4, 1), 0), **names, drawn_from=7)
    yield Specification("", layers[:1], (9, 9, 1), "output size")


def test_all_formulas_of_every_plan_are_portable():
    plans = (make_plan([specification]) for specification in specifications())
    called = set().union(*(require_all_portable(plan.sheets) for plan in plans))
    assert called == FUNCTIONS.keys() - {"COUNTIF"}


def test_those_of_worksheets_are():
    network, image = draw(1)
    specification, values = network_calculation(trace_as_written(network, image))
    worksheet = as_worksheet(make_plan([specification]), [values], WorksheetOptions(0.5))
    assert any(sheet.marks for sheet in worksheet.plan.sheets)
    assert require_all_portable(worksheet.plan.sheets) >= {"COUNTIF", "ISNUMBER"}


RANGE, OTHER, CELL = (Reference("", 0, 0, *size) for size in ((2, 2), (2, 3), (1, 1)))


@pytest.mark.parametrize(
    ("template", "references"),
    [
        ("SUMPRODUCT(({0}>={1})*1)", (RANGE, CELL)),
        ("SUMPRODUCT({0},{1})", (RANGE, OTHER)),
        ("SUMPRODUCT(MAX({0}))", (RANGE,)),
        ("{0}+1", (RANGE,)),
        ("-{0}", (RANGE,)),
        ("{0}", (RANGE,)),
        ("EXP({0})", (RANGE,)),
        ("INDEX({0},1)", (RANGE,)),
        ("INDEX({0},1,0)", (RANGE,)),
        ("MATCH(1,{0},0)", (RANGE,)),
        ("IF({0}>1E-12,1,0)", (CELL,)),
        ("{0}*0.1234567890123456", (CELL,)),
        ("MAX({0}*{{1,2}})", (CELL,)),
        ("RAND()", ()),
        ("{0}&1", (CELL,)),
        (f"MAX({','.join(256 * ['{0}'])})", (CELL,)),
        (65 * "ABS(" + "{0}" + 65 * ")", (CELL,)),
    ],
)
def test_others_are_not(template, references):
    with pytest.raises(AssertionError, match="must be of a form"):
        require_portable(Formula(template, references))


def test_what_is_used_is():
    require_portable(Formula(IS_MAXIMUM, (CELL, CELL)))
    require_portable(Formula("1-0.100000000000001*SUMPRODUCT({0},{0})/COUNT({0})", (RANGE,)))
