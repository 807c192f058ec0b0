"""What can be asked for, as functions: the Python API, over which the command line is thin.

A task reads what it is named (a path, an array, a Pillow image; a network's text, a `.keras` file,
layers, a live Keras model), does the work, and returns a frozen value. What it remarks goes to
`say`, nothing is printed; what can't be used raises a `CnncalcError`.
"""
