"""Reading what users bring (images, pixel grids, kernels) and writing files whole or not at all."""
