"""Results as they show themselves in a notebook: as a page, as plain tables, as a figure.

Each is a result of a lower room with two methods more, which Jupyter looks for. The rooms below
know nothing of it: a task makes its result one of these where it hands it out to Python.
"""
