"""How long the long runs of ``make soak`` are: SOAK_MINUTES for each."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count


def rounds() -> Iterator[int]:
    """Count rounds from 0 for SOAK_MINUTES (10), at least one."""
    ends = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "10"))
    for number in count():
        if number and time.monotonic() >= ends:
            return
        yield number
