from hypothesis import given, settings

from cnncalc.trace import record, trace_bytes
from tests.trace.drawn import networks_and_images


def memory(values):
    """The array whose memory another one shows."""
    return values if values.base is None else memory(values.base)


@settings(max_examples=200, deadline=None)
@given(networks_and_images())
def test_the_size_of_a_trace_is_known_from_its_shapes(drawn):
    network, image = drawn
    arrays = [memory(stage.values) for stage in record(network, image).stages]
    kept = {id(array): array.nbytes for array in arrays}
    assert trace_bytes(network.layers, network.input_shape) == sum(kept.values())
