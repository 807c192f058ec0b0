"""What can be asked for, as functions: the Python API, over which the command line is thin.

A task reads what it is named (a path, an array, a Pillow image; a network's text, a `.keras` file,
layers, a live Keras model), does the work, and returns a frozen value. What it remarks goes to
`say`, nothing is printed; what can't be used raises a `CnncalcError`.

Modules named for what is being done (`convolving`, `tracing`, `explaining`, `exporting`,
`training`, `evaluating`, `predicting`) have the functions of the API; `read_image`, `summarize` and
`verify` stand with what they read: `inputs`, `networks`, `verification`. `arguments` and `options`
have what all of them take.
"""
