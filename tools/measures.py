"""Counts how large the code is, and in how many files of the package one kind's meaning stands.

    python tools/measures.py                count this tree
    python tools/measures.py OLD NEW        count other checkouts, a column for each
    python tools/measures.py --files        name the files that decide by each kind

A file decides by a kind where it asks for its class or its mode: it defines the class, asks with
`isinstance`, `case` or a comparison, registers a function for it, or has it as a dictionary's key.
Who only makes or passes on such a layer decides nothing. Docstrings and comments don't count.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

# What a kind is asked for by. Others have its mode and its base class, too: "max" is also how all
# channels are combined, and a title's or a chart's key, which whoever reads the files leaves out.
KINDS = {
    "max pooling": {"MaxPooling2D"},
    "max pooling or its mode": {"MaxPooling2D", "MAX", "'max'"},
    "max pooling or its base": {"MaxPooling2D", "PoolingLayer"},
    "convolution": {"Conv2D", "DepthwiseConv2D"},
    "convolution or its base": {"Conv2D", "DepthwiseConv2D", "ConvolutionLayer"},
    "batch normalization": {"BatchNormalization"},
    "SGD": {"SGD"},
    "RMSprop": {"RMSprop"},
    "Adam": {"Adam"},
}


def names(nodes: Iterable[ast.AST | None]) -> Iterator[str]:
    """Yield the names in some code, and its texts in quotes."""
    for node in (part for top in nodes if top for part in ast.walk(top)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(value=str(text)):
                yield repr(text)


def decided(tree: ast.AST) -> set[str]:
    """Return the names that a module decides by."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, asked]):
                found |= set(names([asked]))
            case ast.Call(func=ast.Attribute(attr="register"), args=asked):
                found |= set(names(asked))
            case ast.FunctionDef(
                decorator_list=[ast.Attribute(attr="register"), *_],
                args=ast.arguments(args=[first, *_]),
            ):
                found |= set(names([first.annotation]))
            case ast.match_case(pattern=pattern):
                found |= set(names([pattern]))
            case ast.Dict(keys=keys):
                found |= set(names(keys))
            case ast.Compare(left=left, comparators=others):
                found |= set(names([left, *others]))
            case ast.ClassDef(name=name):
                found.add(name)
    return found


def lengths(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of each function, without its head and its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            yield (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def lines_of(texts: Iterable[str]) -> int:
    """Return how many lines some files have."""
    return sum(len(text.splitlines()) for text in texts)


def measures(root: Path) -> dict[str, str]:
    """Return what is counted of a checkout, each by its name."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(root.glob("cnncalc/**/*.py"))]
    tests = [path.read_text(encoding="utf-8") for path in sorted(root.glob("tests/**/*.py"))]
    trees = [ast.parse(text) for text in texts]
    functions = sorted(length for tree in trees for length in lengths(tree))
    found = {
        "package: files": len(texts),
        "package: lines": lines_of(texts),
        "functions": len(functions),
        "functions: median of their lines": statistics.median_low(functions),
        "functions: nine of ten have at most": functions[len(functions) * 9 // 10],
        "tests: files": len(tests),
        "tests: lines": lines_of(tests),
    }
    by_file = [decided(tree) for tree in trees]
    for kind, asked in KINDS.items():
        found[f"decide by {kind}"] = sum(bool(names_of_file & asked) for names_of_file in by_file)
    return {name: f"{count:,}" for name, count in found.items()}


def deciding(root: Path) -> Iterator[str]:
    """Yield each kind, and the files of a checkout that decide by it."""
    package = root / "cnncalc"
    found = {
        path.relative_to(package).as_posix(): decided(ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(package.glob("**/*.py"))
    }
    for kind, asked in KINDS.items():
        yield kind
        for name, names_of_file in found.items():
            if names_of_file & asked:
                yield f"    {name}: {', '.join(sorted(names_of_file & asked))}"


def main() -> None:
    """Print the measures of the trees that are named, or of this one."""
    here = Path(__file__).resolve().parent.parent
    trees = [Path(name) for name in sys.argv[1:] if name != "--files"] or [here]
    for tree in trees:
        if not (tree / "cnncalc").is_dir():
            sys.exit(f"measures.py: a checkout has a folder cnncalc. Received: {tree}")
    if "--files" in sys.argv[1:]:
        for tree in trees:
            sys.stdout.writelines(f"{line}\n" for line in (str(tree), *deciding(tree)))
        return
    columns = [measures(root) for root in trees]
    for name in columns[0]:
        numbers = "".join(f"{column[name]:>10}" for column in columns)
        sys.stdout.write(f"{name:<38}{numbers}\n")


if __name__ == "__main__":
    main()
