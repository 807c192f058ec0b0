"""Which matrix library NumPy's products run on, and whether its kernels are this processor's."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import KERNELS
from benchmarks.measuring import Contender, in_turns

__all__ = ["MatrixLibrary", "library", "processor_flags", "warning"]

# OpenBLAS's names of the kernels that use a processor's widest registers (DYNAMIC_CORE in its
# Makefile.system; threadpoolctl tells the one at work), after a flag of /proc/cpuinfo that says
# that the processor has them.
WIDEST = {
    "avx512f": ("AVX-512", ("SkylakeX", "Cooperlake", "SapphireRapids")),
    "avx2": ("AVX2", ("Haswell", "Zen")),
}


class MatrixLibrary(NamedTuple):
    """A matrix library as it was loaded; `architecture` is None where it tells none."""

    name: str
    version: str
    architecture: str | None
    threads: int

    def __str__(self) -> str:
        """Return what stands in the line about the machine."""
        kernels = f", kernels for {self.architecture}," if self.architecture else ""
        return f"{self.name} {self.version}{kernels} with {self.threads} threads"


@cache
def library() -> MatrixLibrary:
    """Return the library of this program's contenders, as a process started like theirs has it."""
    contender = Contender("the matrix library", _prepared)
    found: MatrixLibrary = in_turns([contender], rounds=1, warm_ups=0, fresh=True).results[
        contender.name
    ]
    return found


def _prepared() -> Callable[[], MatrixLibrary]:
    return loaded


def loaded() -> MatrixLibrary:
    """Return the library that NumPy loaded into this process."""
    import numpy as np
    from threadpoolctl import threadpool_info

    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    # Of Apple's Accelerate threadpoolctl knows nothing; SciPy brings a library of its own.
    libraries = [info for info in threadpool_info() if info["user_api"] == "blas"]
    libraries.sort(key=lambda info: "numpy" not in info["filepath"])
    told: dict[str, Any] = next(iter(libraries), {})
    return MatrixLibrary(
        built["name"],
        told.get("version") or built["version"],
        told.get("architecture"),
        told.get("num_threads") or os.cpu_count() or 1,
    )


def processor_flags() -> frozenset[str]:
    """Return what the processor can, as Linux lists it; nothing on other systems."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    flags = (line.partition(":")[2].split() for line in lines if line.startswith("flags"))
    return frozenset(next(flags, ()))


def warning(architecture: str | None, flags: Collection[str]) -> str | None:
    """Say that the processor has wider registers than the kernels at work use, or return None.

    >>> warning("SkylakeX", {"avx2", "avx512f"}) is None
    True
    """
    if architecture is None:
        return None
    fitting = list[str]()
    for flag, (registers, names) in WIDEST.items():
        fitting += names
        if flag in flags and architecture not in fitting:
            return (
                f"**Slow kernels**: NumPy's products ran OpenBLAS's kernels for {architecture}; "
                f"this processor has {registers}, which those for {names[0]} use, several times as "
                f"fast. Benchmarks unset OPENBLAS_CORETYPE, which chooses kernels, unless "
                f"{KERNELS} says which."
            )
    return None
