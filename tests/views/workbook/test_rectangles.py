from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from cnncalc.sheet.plan import Block, Quantity
from cnncalc.views.workbook.rectangles import Crowd, Rectangle, bunches


def block(row, column, height=2, width=2):
    return Block(row, column, height, width, "formula", Quantity("stage"))


def addresses(blocks, places):
    return [rectangle.address() for rectangle in Crowd(blocks).rectangles(places)]


def test_slices_in_rows_of_tiles_are_one_rectangle():
    tiles = [block(row, column) for row in (0, 4) for column in (0, 3, 6)]
    assert addresses(tiles, range(6)) == ["A1:H6"]


def test_a_block_of_another_stage_between_rows_of_tiles_parts_them():
    tiles = [block(row, column) for row in (0, 4) for column in (0, 3)]
    assert addresses([*tiles, block(2, 0, 1, 1)], range(4)) == ["A1:E2", "A5:E6"]


def test_a_block_beside_the_rectangle_does_not_part_it():
    assert addresses([block(0, 0), block(4, 0), block(0, 2, 6, 1)], [0, 1]) == ["A1:B6"]


def test_a_tall_block_that_begins_far_above_is_seen():
    assert addresses([block(0, 2, 90, 1), block(80, 0), block(80, 4)], [1, 2]) == [
        "A81:B82",
        "E81:F82",
    ]


def test_a_rectangle_does_not_grow_over_an_earlier_one():
    drawn = [(1, 2, 1, 1), (0, 0, 1, 1), (0, 3, 2, 1), (0, 1, 1, 1), (0, 2, 1, 1)]
    blocks = [block(*each) for each in drawn]
    assert addresses(blocks, [0, 1, 2, 4]) == ["C2", "A1", "D1:D2", "C1"]


def cells(rectangle):
    return {
        (row, column)
        for row in range(rectangle.top, rectangle.bottom + 1)
        for column in range(rectangle.left, rectangle.right + 1)
    }


@st.composite
def crowds(draw):
    """Blocks that don't overlap, in any order, and the places of some of them."""
    sizes = st.integers(1, 3)
    drawn = draw(
        st.lists(st.builds(block, st.integers(0, 9), st.integers(0, 9), sizes, sizes), max_size=12)
    )
    kept = []
    for each in drawn:
        if not any(cells(Rectangle.of(each)) & cells(Rectangle.of(other)) for other in kept):
            kept.append(each)
    places = [place for place in range(len(kept)) if draw(st.booleans())]
    return kept, places


@given(crowds())
def test_rectangles_hold_their_blocks_and_no_others_and_do_not_overlap(crowd):
    blocks, places = crowd
    rectangles = Crowd(blocks).rectangles(places)
    found = [cells(rectangle) for rectangle in rectangles]
    assert not any(one & other for one, other in combinations(found, 2))
    for place, each in enumerate(blocks):
        own = cells(Rectangle.of(each))
        if place in places:
            assert any(own <= rectangle for rectangle in found)
        else:
            assert not any(own & rectangle for rectangle in found)


def test_a_bunch_holds_so_many_characters():
    rectangles = [Rectangle(row, 0, row, 1) for row in range(10)]
    found = list(bunches(rectangles, 99, 30))
    assert [len(bunch) for bunch in found] == [3, 3, 3, 1]
    assert [rectangle for bunch in found for rectangle in bunch] == rectangles
