"""Processes apart from the test's own, which import what they run once a worker instead of once each."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext


def processes() -> ForkServerContext:
    """Where they come from: forked from one process that has imported what runs in them, and does nothing else.

    They inherit no connection and no thread of the test.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.infra.stampede", "tests.doubles.sweeping"])
    return context
