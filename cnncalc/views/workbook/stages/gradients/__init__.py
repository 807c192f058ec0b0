"""The backward pass of each layer as cells: volumes of gradients, whose formulas show their rules.

All is named as if there were one sample and one step (see `quantities`); formulas that join the
samples of a batch name each of them. A layer's `gradient` is that by its output, or for a last
layer whose activation is joined with the loss (`is_joined`) by what goes into that activation;
it has the rows and captions of the layer's output. The rooms, and what they give:

- `backward.gradient_volumes(layer, source, gradient, to_input, is_joined=False)`: one sample's
  volumes, and the `Source` of the gradient by the layer's input, None where not wanted;
- `backward.weight_gradient_volumes(layer, source, gradient, samples, is_joined=False)`: the
  gradients by the layer's weights, summed over the samples, a slice for each of the weight's;
- `backward.shared_volumes(layer, source, to_input)`: smaller steps of which a step needs one,
  not one a sample;
- `quantities.is_shared(quantity)`: which quantities these are;
- `values.gradient_values(step, weights, sample, grids)`, `values.shared_values(step, weights,
  grids)`: the numbers that all of these show, the latter to be merged after all samples' traces.

What a layer draws forward in training is `stages.training_mode`'s.
"""
