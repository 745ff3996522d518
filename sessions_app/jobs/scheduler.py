"""What runs by itself, how often, and in which process.

Every worker starts a scheduler; only the elected one does the work (``election``). Each job is a use case that is
safe to run twice and to be killed at any point.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from redis import RedisError

from sessions_app.jobs.election import RENEW_SECONDS, Election, election_for
from sessions_app.services import (
    checkout,
    expiry,
    gateway_tasks,
    inbox,
    materials,
    minimums,
    outbox,
    published_slots,
    records,
    reminders,
    sessions,
)
from sessions_app.services.unit_of_work import Platform

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A use case of the platform that runs every ``seconds``."""

    name: str
    seconds: float
    run: Callable[[Platform], object]


JOBS = (
    Job("inbox", 1, inbox.handle_due),
    Job("gateway tasks", 1, gateway_tasks.run_due),
    Job("outbox", 1, outbox.deliver_due),
    Job("overdue payment pages", 30, checkout.close_overdue_pages),
    Job("overdue holds and requests", 30, expiry.sweep),
    Job("groups below their minimum", 30, minimums.sweep),
    Job("reminders", 15, reminders.sweep),
    Job("sessions nobody closed", 30, sessions.sweep),
    Job("payments nobody told us about", 60, checkout.reconcile),
    Job("old records", 3600, records.purge),
    Job("published times gone by", 3600, published_slots.purge),
    Job("files nobody has", 86_400, materials.sweep),
)


@contextmanager
def running(
    platform: Platform, *, jobs: tuple[Job, ...] = JOBS, first_within: float = 300
) -> Iterator[Election]:
    """Run the jobs in the background while the context lasts, in whichever process leads.

    Each runs ``first_within`` seconds after the start at the latest: a server that is started anew each day would
    never get to what waits a whole day.
    """
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # says each second that a long drain still runs
    election = election_for(platform.settings)
    leading = _Leading(election)
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    leading.renew()
    scheduler.add_job(leading.renew, "interval", seconds=RENEW_SECONDS, id="election")
    for job in jobs:
        scheduler.add_job(
            _guarded(job, platform, leading),
            "interval",
            seconds=job.seconds,
            next_run_time=datetime.now(UTC) + timedelta(seconds=min(job.seconds, first_within)),
            id=job.name,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        yield election
    finally:
        scheduler.shutdown(wait=True)
        election.resign()


class _Leading:
    """Whether this process led at the last renewal."""

    def __init__(self, election: Election) -> None:
        self._election = election
        self.now = False

    def renew(self) -> None:
        try:
            self.now = self._election.leads()
        except RedisError:
            self.now = False
            log.warning("the election is out of reach; no jobs run here until it answers")


def _guarded(job: Job, platform: Platform, leading: _Leading) -> Callable[[], None]:
    def run() -> None:
        if not leading.now:
            return
        try:
            job.run(platform)
        except Exception:
            log.exception("job %s failed; it runs again in %s s", job.name, job.seconds)

    return run
