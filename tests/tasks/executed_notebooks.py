"""Writes a notebook of results, executed, as its reader trusts it and as a stranger's.

`python executed_notebooks.py FOLDER` is a program of its own: a kernel leaves nothing in the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.sign import NotebookNotary

NETWORK = "Conv2D(2, 3, activation='relu'); Flatten(); Dense(2, activation='softmax')"
CELLS = (
    "import cnncalc",
    "cnncalc.calculate('article:6x6', '1 0 1; 0 1 0; 1 0 1', -500, activation='relu')",
    f'cnncalc.explain("{NETWORK}", (1,), layer_name="dense", image="article:6x6")',
    f'cnncalc.summarize("{NETWORK}", (6, 6, 1))',
    f'cnncalc.explain_gradient("{NETWORK}", (0, 0, 0, 1), layer_name="conv2d", '
    'data="article:6x6", target=1)',
    "cnncalc.train(network=\"Flatten(); Dense(10, activation='softmax')\", epochs=2)",
    "cnncalc.evaluate(_.model)",
    "cnncalc.predict(__.model, 16 * __import__('numpy').eye(8))",
    "cnncalc.calculate(__import__('numpy').ones((500, 500)), 'edge')",
)
SECONDS = 60


def write_notebooks(folder: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3").execute()
    nbformat.write(notebook, folder / "trusted.ipynb")
    NotebookNotary().sign(notebook)
    notebook.cells.append(nbformat.v4.new_markdown_cell("From somewhere else."))
    nbformat.write(notebook, folder / "received.ipynb")


if __name__ == "__main__":
    write_notebooks(Path(sys.argv[1]))
