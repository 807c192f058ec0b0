"""Lists the programs, with what each says about itself: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["listing", "programs"]

USAGE = "python -m benchmarks.PROGRAM [--only PART] [--tiny] [--write]"


def programs() -> dict[str, str]:
    """Return the first line of each program's docstring; a program is what holds PARTS.

    None is imported: that would take seconds, and the peers need not be installed.
    """
    texts = {path.stem: path.read_text() for path in sorted(Path(__file__).parent.glob("*.py"))}
    return {
        name: (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        for name, text in texts.items()
        if re.search(r"^PARTS\b", text, re.MULTILINE)
    }


def listing(lines: Mapping[str, str]) -> str:
    """Return a line a program, its name and what it does, and how to run one."""
    width = max(map(len, lines))
    return "\n".join(
        [
            "Each program measures cnncalc, most of them beside its peers:",
            "",
            *(f"  {name:{width}}  {does}" for name, does in lines.items()),
            "",
            f"Run one from the top of the repository: python -m benchmarks.{next(iter(lines))}",
            "--tiny tries it out in seconds, --help lists its options and parts. The peers are",
            "installed by: pip install -e '.[bench]'",
        ]
    )


def main() -> None:
    """Print the list; a program is no argument, so that one is answered with the usage."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        usage=USAGE,
        description=listing(programs()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="store_true", help=argparse.SUPPRESS)
    parser.parse_args()
    parser.print_help()


if __name__ == "__main__":
    main()
