"""What every benchmark prints: medians, and ratios against a reference measured in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

TURN_SECONDS = 0.02


def medians_ms(*calls: Callable[[], object], seconds: float = 1.0, at_least: int = 5) -> list[float]:
    """The median time of each call in milliseconds, each repeated for about ``seconds`` after one to warm up.

    The calls take turns of 20 ms: a machine that is slow for a second is slow for all of them, and ratios stand.
    """
    for call in calls:
        call()
    times: list[list[float]] = [[] for _ in calls]
    gc.collect()
    began = perf_counter()
    while len(times[0]) < at_least or perf_counter() - began < seconds * len(calls):
        for call, taken in zip(calls, times, strict=True):
            turn_ends = perf_counter() + TURN_SECONDS
            while True:
                before = perf_counter()
                call()
                after = perf_counter()
                taken.append((after - before) * 1000)
                if after >= turn_ends:
                    break
    return [median(taken) for taken in times]


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
