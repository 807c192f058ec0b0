"""What can be asked for, as functions: the Python API, over which the command line is thin.

A task reads what it is named (a path, an array, a Pillow image; a network's text, a `.keras` file,
layers, a live Keras model), does the work, and returns a frozen value. What it remarks goes to
`say`, nothing is printed; what can't be used raises a `CnncalcError`.

Modules named for what is being done (`convolving`, `tracing`, `explaining`, `exporting`,
`training`, `evaluating`, `predicting`) have the functions of the API; `read_image`, `summarize` and
`verify` stand with what they read: `inputs`, `networks`, `verification`. `arguments` and `options`
have what all of them take; `keyword_options` makes the second of the first.

Modules that end in `_writing` write files, those in `_reading` read them. An export goes from
`export_writing`, where all that is asked for has one value, to a form (`export_forms`): a workbook
(`workbook_writing`) or a page (`page_writing`, of what `page_making` makes).
"""
