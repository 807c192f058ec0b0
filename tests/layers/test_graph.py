import pytest
from hypothesis import given, settings

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    InputLayer,
    Multiply,
    Rescaling,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order, put_in, run, sources, takers
from cnncalc.network import walk
from tests.drawn_graphs import graphs


def names(layers):
    return [layer.name for layer in layers]


def test_a_chain_takes_the_layer_before():
    assert sources([Conv2D(1, 1), Flatten(), Dense(2)]) == ((-1,), (0,), (1,))


def test_inputs_that_are_not_there_are_refused_by_name():
    layers = [Conv2D(1, 1, name="first"), Add(name="add", inputs=("first", "second"))]
    with pytest.raises(OptionError, match=r"^layer add: .*among input, first, add.*second$"):
        sources(layers)


def test_a_layer_takes_only_from_those_before_it():
    layers = [Add(name="add", inputs=("input", "flat")), Flatten(name="flat")]
    with pytest.raises(OptionError, match=r"^layer add: .*before it. Received: flat$"):
        sources(layers)


def test_a_layer_that_joins_nothing_takes_one_result():
    layers = [Flatten(name="a"), Dense(1, name="b", inputs=("a", "input"))]
    with pytest.raises(OptionError, match=r"^layer b: Dense must take one result. .*a, input$"):
        sources(layers)


@pytest.mark.parametrize(
    ("merge", "said"),
    [
        (Add(name="m"), "at least 2 results"),
        (Subtract(name="m", inputs=("input", "input", "input")), "on 2 results"),
    ],
)
def test_a_merge_of_too_few_or_many_is_refused(merge, said):
    with pytest.raises(OptionError, match=f"^layer m: .*{said}"):
        sources([merge])


def test_shapes_that_can_not_be_joined_are_refused_in_keras_words():
    layers = [Conv2D(2, 1, name="conv"), Add(name="add", inputs=("conv", "input"))]
    with pytest.raises(
        ShapeError, match=r"^layer add: Add must join .*\(4, 4, 2\) and \(4, 4, 3\)"
    ):
        list(walk(layers, (4, 4, 3)))


def test_concatenate_joins_what_is_alike_but_for_channels():
    layers = [Conv2D(2, 2, name="conv"), Concatenate(name="join", inputs=("conv", "input"))]
    with pytest.raises(ShapeError, match=r"^layer join: Concatenate must join results"):
        list(walk(layers, (4, 4, 3)))


def test_one_number_a_channel_is_repeated():
    wide, small = (4, 5, 2), (2,)
    assert Multiply(inputs=("a", "b")).side_by_side([wide, small]) == (4, 5, 4)
    assert Multiply(inputs=("a", "b")).side_by_side([small, wide]) == (4, 5, 4)


def test_the_longest_way_to_the_output_comes_first():
    # Equal shapes: in the order written, the two kernels of 1×1 would be swapped in a file.
    short = Conv2D(2, 1, name="short", inputs=("input",))
    long = (Conv2D(2, 1, name="long", inputs=("input",)), Conv2D(2, 1, name="longer"))
    add = Add(name="add", inputs=("longer", "short"))
    ordered = in_keras_order([short, *long, add])
    assert names(ordered) == ["long", "longer", "short", "add"]
    assert [layer.inputs for layer in ordered] == [(), (), ("input",), ("longer", "short")]


def test_of_one_length_the_first_taken_comes_first():
    left, right = (Conv2D(2, 1, name=name, inputs=("input",)) for name in ("left", "right"))
    for order in (("left", "right"), ("right", "left")):
        assert names(in_keras_order([left, right, Add(name="add", inputs=order)]))[:2] == [*order]


def test_a_result_that_nobody_takes_is_refused():
    layers = [Conv2D(1, 1, name="lost"), Flatten(name="flat", inputs=("input",))]
    with pytest.raises(OptionError, match=r"^layer lost: .*one output"):
        in_keras_order(layers)


def test_a_layer_put_in_first_is_what_every_branch_takes():
    layers = [Conv2D(1, 1, name="conv"), Add(name="add", inputs=("conv", "input"))]
    scaled = put_in(layers, 0, Rescaling(0.5))
    assert sources(scaled) == ((-1,), (0,), (1, 0))


def test_a_layer_put_in_behind_the_input_layer_is_what_every_branch_takes():
    layers = [
        InputLayer((4, 4, 1), name="image"),
        Conv2D(1, 1, name="conv"),
        Add(name="add", inputs=("conv", "image")),
        Add(name="twice", inputs=("add", "input")),
    ]
    scaled = put_in(layers, 1, Rescaling(0.5))
    assert sources(scaled) == ((-1,), (0,), (1,), (2, 1), (3, 1))


def test_results_are_let_go_when_nobody_takes_them_any_more():
    layers = [Flatten(name="a"), Flatten(name="b"), Add(name="c", inputs=("a", "b")), Flatten()]
    alive = set()

    class Result:
        def __init__(self, name):
            self.name = name
            alive.add(name)

        def __del__(self):
            alive.discard(self.name)

    results = run(layers, Result("image"), lambda place, taken: Result(place))
    assert [sorted(alive - {"image"}) for _ in results] == [[0], [0, 1], [2], [3]]


@settings(deadline=None, max_examples=30)
@given(graphs())
def test_an_order_is_kept_by_being_ordered_again(graph):
    layers, shape = graph
    assert in_keras_order(layers) == layers
    assert all(takers(layers)[:-1])
    assert len(list(walk(layers, shape))) == len(layers)
