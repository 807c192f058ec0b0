import numpy as np

from cnncalc.sheet.plan import Block, Formula, Quantity, Reference, Step, Tiled

IMAGE = Quantity("input")
WINDOW = Reference("", 1, 1, 2, 3, Step(2, 0), Step(0, 1))


def test_a_window_moves_by_its_steps():
    assert WINDOW.text(0, 0) == "B2:D3"
    assert WINDOW.text(1, 0) == "B4:D5"
    assert WINDOW.text(0, 2) == "D2:F3"


def test_a_reference_that_stays_has_dollar_signs():
    assert Reference("", 4, 6).text(3, 3) == "$G$5"
    assert Reference("", 4, 6, 1, 2).text(3, 3) == "$G$5:$H$5"


def test_a_reference_may_go_down_for_each_column():
    turned = Reference("", 0, 0, down=Step(0, 1), across=Step(1, 0))
    assert turned.text(0, 2) == "A3"
    assert turned.text(2, 0) == "C1"


def test_another_sheet_stands_before_the_range():
    elsewhere = Reference("my sheet", 0, 0, 2, 2, Step(1, 0), Step(0, 1))
    assert elsewhere.text(0, 0) == "'my sheet'!A1:B2"


def test_a_moved_reference_keeps_its_size_and_steps():
    assert WINDOW.moved(1, 2).text(0, 0) == "D3:F4"
    assert WINDOW.moved(1, 2).text(1, 0) == "D5:F6"


def test_a_formula_may_use_a_reference_twice():
    cell = Reference("", 0, 0, down=Step(1, 0), across=Step(0, 1))
    assert Formula("IF({0}>0,{0},{1})", (cell, WINDOW)).text(1, 1) == "IF(B2>0,B2,C4:E5)"


def test_a_block_shows_its_part_of_its_quantity():
    values = {IMAGE: np.arange(24).reshape(3, 4, 2)}
    block = Block(5, 5, 2, 2, "pixels", IMAGE, (1,), first_row=1, first_column=2)
    assert block.slice(values).tolist() == [[13, 15], [21, 23]]
    assert block.range == "F6:G7"
    assert block.address(1, 0) == "F7"


def test_a_blocks_part_can_be_filled():
    values = {IMAGE: np.zeros((2, 2, 1))}
    Block(0, 0, 2, 2, "pixels", IMAGE, (0,)).slice(values)[...] = 7
    assert values[IMAGE].min() == 7


def test_only_pixels_and_weights_are_inputs():
    roles = ("pixels", "weights", "padding", "formula")
    assert [Block(0, 0, 1, 1, role, IMAGE).is_input for role in roles] == [True, True, False, False]


def test_formulas_in_tiles_move_from_tile_to_tile():
    own = Reference("", 0, 0, down=Step(1, 0), across=Step(0, 1))
    tile = [[Formula(f"{{0}}*{2 * row + column}", (own,)) for column in (0, 1)] for row in (0, 1)]
    tiled = Tiled(tuple(map(tuple, tile)))
    assert [tiled.text(0, column) for column in range(4)] == ["A1*0", "A1*1", "B1*0", "B1*1"]
    assert [tiled.text(3, column) for column in range(4)] == ["A2*2", "A2*3", "B2*2", "B2*3"]
