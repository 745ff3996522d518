"""What every benchmark prints: medians, and ratios against a reference measured in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter


def median_ms(call: Callable[[], object], *, seconds: float = 1.0, at_least: int = 5) -> float:
    """The median time of a call in milliseconds, repeated for about ``seconds`` after one to warm up."""
    call()
    times: list[float] = []
    gc.collect()
    began = perf_counter()
    while len(times) < at_least or perf_counter() - began < seconds:
        before = perf_counter()
        call()
        times.append((perf_counter() - before) * 1000)
    return median(times)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table with its first column to the left and the others to the right."""
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    print(f"\n{title}")
    for row in [columns, ["-" * width for width in widths], *rows]:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells))


def ms(value: float) -> str:
    """A time for a table, with as many digits as mean something."""
    return f"{value:.3f} ms" if value < 10 else f"{value:,.1f} ms"


def verdict(*, is_met: bool) -> str:
    """How a target is marked in a table."""
    return "met" if is_met else "MISSED"
