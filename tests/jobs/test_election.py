import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sessions_app.jobs.election import FileElection

Candidate = Callable[[], FileElection]


@pytest.fixture
def candidate(tmp_path: Path) -> Iterator[Candidate]:
    with ExitStack() as stack:

        def stand() -> FileElection:
            election = FileElection(tmp_path / "lock")
            stack.callback(election.resign)
            return election

        yield stand


def test_one_of_two_candidates_leads(candidate: Candidate) -> None:
    first, second = candidate(), candidate()

    assert first.leads()
    assert not second.leads()
    assert second.somebody_leads()


def test_another_leads_after_the_leader_resigned(candidate: Candidate) -> None:
    first, second = candidate(), candidate()
    first.leads()

    first.resign()

    assert second.leads()


def test_another_leads_after_the_leader_was_killed(candidate: Candidate, tmp_path: Path) -> None:
    lead_and_die = (
        "import os, pathlib; from sessions_app.jobs.election import FileElection;"
        f"leader = FileElection(pathlib.Path({str(tmp_path / 'lock')!r}));"
        "assert leader.leads(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", lead_and_die], check=False)

    assert killed.returncode == -9
    assert candidate().leads()
