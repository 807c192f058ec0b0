"""What each layer draws as cells: forward and gradient side by side.

All is named as if there were one sample and one step (see `quantities`); formulas that join the
samples of a batch name each of them. A layer's `gradient` is that by its output, or for a last
layer whose activation is joined with the loss (`is_joined`) by what goes into that activation;
it has the rows and captions of the layer's output. The doors, all in `network`:

- `layer_volumes(layer, source)`: what a layer draws forward, and what the next one takes in; in
  training, `training.passes.training_volumes` does it;
- `gradient_volumes(layer, source, gradient, to_input, is_joined=False)`: one sample's volumes, and
  the `Source` of the gradient by the layer's input, None where not wanted;
- `weight_gradient_volumes(layer, source, gradient, samples, is_joined=False)`: the gradients by the
  layer's weights, summed over the samples, a slice for each of the weight's;
- `shared_volumes(layer, source, to_input)`: smaller steps of which a step needs one, not one a
  sample.

The numbers that all of these show are `sheet.values`' and `sheet.gradient_values`'.
"""
