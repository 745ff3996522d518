"""The log of who was in a session: kept while it runs, sealed when it ends.

What the log proposes is decided in ``domain/attendance.py``; what becomes of seats and money in
``services/outcomes.py``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from sessions_app.domain import attendance
from sessions_app.domain.attendance import BRIDGE, Proposal, Rules, Stay
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import AttendanceSeal, AttendanceStay, Booking, GuardianLink, TeachingSession
from sessions_app.models.catalogue import Modality
from sessions_app.services import audit
from sessions_app.services.unit_of_work import UnitOfWork

TAB_LENGTH = 40
API_TAB = "api"
"""The tab of a program, which says when it joins and when it leaves and is there in between; a page is there as long
as it is heard of."""


@dataclass(frozen=True, slots=True)
class Log:
    """All stays of one session, and the children of the guardians among those who came.

    A guardian's stay counts for each of their children: two of them sit before one screen.
    """

    rows: tuple[AttendanceStay, ...]
    children: Mapping[str, frozenset[str]]

    def of_instructor(self) -> list[Stay]:
        """The stays of whoever taught."""
        return [stay_of(row) for row in self.rows if row.booking_id is None]

    def of_seat(self, seat: Booking) -> list[Stay]:
        """The stays that count for one seat."""
        return [stay_of(row) for row in self.rows if self._counts_for(row, seat)]

    def all(self) -> list[Stay]:
        """Everybody's."""
        return [stay_of(row) for row in self.rows]

    def _counts_for(self, row: AttendanceStay, seat: Booking) -> bool:
        if row.booking_id is None:
            return False
        return row.booking_id == seat.id or seat.student_id in self.children.get(row.person_id, ())


def stay_of(row: AttendanceStay) -> Stay:
    """The row as the domain knows it."""
    return Stay(row.person_id, row.tab, row.joined_at, row.last_seen_at, row.left_at)


def log_of(work: UnitOfWork, session_id: str) -> Log:
    """The stays of a session, oldest first."""
    of_session = col(AttendanceStay.session_id) == session_id
    rows = select(AttendanceStay).where(of_session)
    links = (
        select(GuardianLink.guardian_id, GuardianLink.child_id)
        .join(AttendanceStay, col(AttendanceStay.person_id) == col(GuardianLink.guardian_id))
        .where(of_session)
    )
    children: dict[str, set[str]] = defaultdict(set)
    for guardian_id, child_id in work.db.exec(links):
        children[guardian_id].add(child_id)
    return Log(
        tuple(work.db.exec(rows.order_by(col(AttendanceStay.joined_at), col(AttendanceStay.id)))),
        {guardian_id: frozenset(ids) for guardian_id, ids in children.items()},
    )


def note_presence(work: UnitOfWork, session_id: str, *, booking_id: str | None, tab: str) -> bool:
    """Somebody's tab is there now; whether that is news. The session must be locked."""
    person_id = work.actor.person_id or ""
    stay = _open_stay(work, session_id, person_id, tab)
    if stay is not None and (tab == API_TAB or work.now - stay.last_seen_at <= BRIDGE):
        stay.last_seen_at = max(stay.last_seen_at, work.now)
        work.db.add(stay)
        return False
    work.db.add(
        AttendanceStay(
            session_id=session_id,
            booking_id=booking_id,
            person_id=person_id,
            tab=tab[:TAB_LENGTH],
            joined_at=work.now,
            last_seen_at=work.now,
        )
    )
    work.db.flush()
    return True


def note_leaving(work: UnitOfWork, session_id: str, *, tab: str | None) -> int:
    """The acting person leaves, with one tab or, without ``tab``, with all; the whole minutes they were there.

    A tab that was not heard of for long left when it was last heard of.
    """
    mine = [row for row in log_of(work, session_id).rows if row.person_id == work.actor.person_id]
    for row in mine:
        if row.left_at is None and tab in (None, row.tab):
            _close(work, row, until=work.now)
    return attendance.minutes_present(stay_of(row) for row in mine)


def seal(work: UnitOfWork, session: TeachingSession) -> str:
    """End every stay and seal the log, once; the digest. The session must be locked and have its end."""
    kept = work.db.get(AttendanceSeal, session.id)
    if kept is not None:
        return kept.digest
    log = log_of(work, session.id)
    for row in log.rows:
        if row.left_at is None:
            _close(work, row, until=min(work.now, session.ends_at))
    text = _canonical(session, log.all())
    digest = attendance.seal(text)
    work.db.add(
        AttendanceSeal(
            session_id=session.id,
            digest=digest,
            log=text,
            sealed_at=work.now,
            sealed_by_id=work.actor.person_id,
        )
    )
    work.db.flush()
    audit.record(work, "attendance.sealed", "session", session.id, digest=digest)
    return digest


def is_intact(work: UnitOfWork, session_id: str) -> bool | None:
    """Whether the log is still what was sealed; None before there is a seal."""
    kept = work.db.get(AttendanceSeal, session_id)
    if kept is None:
        return None
    session = work.db.get_one(TeachingSession, session_id)
    text = _canonical(session, log_of(work, session_id).all())
    return attendance.seal(text) == kept.digest == attendance.seal(kept.log)


def proposals(
    work: UnitOfWork, session: TeachingSession, seats: Iterable[Booking], log: Log
) -> dict[str, Proposal]:
    """What the log says about each of these seats, by booking id."""
    rules = Rules(
        wait=timedelta(minutes=work.settings.no_show_wait_minutes),
        is_observed=session.modality is Modality.ONLINE,
    )
    span = TimeSpan(session.starts_at, session.ends_at)
    host = log.of_instructor()
    return {
        seat.id: attendance.propose(
            span,
            instructor=host,
            student=log.of_seat(seat),
            rules=rules,
            started_at=session.started_at,
            ended_at=session.ended_at,
        )
        for seat in seats
    }


def _open_stay(work: UnitOfWork, session_id: str, person_id: str, tab: str) -> AttendanceStay | None:
    rows = select(AttendanceStay).where(
        col(AttendanceStay.session_id) == session_id,
        col(AttendanceStay.person_id) == person_id,
        col(AttendanceStay.tab) == tab[:TAB_LENGTH],
        col(AttendanceStay.left_at).is_(None),
    )
    return work.db.exec(rows.order_by(col(AttendanceStay.joined_at).desc())).first()


def _close(work: UnitOfWork, row: AttendanceStay, *, until: datetime) -> None:
    if row.tab == API_TAB:
        row.last_seen_at = max(row.last_seen_at, until)
    elif work.now - row.last_seen_at <= BRIDGE:
        row.last_seen_at = max(row.last_seen_at, work.now)
    row.left_at = row.last_seen_at
    work.db.add(row)


def _canonical(session: TeachingSession, stays: Iterable[Stay]) -> str:
    facts = {
        "id": session.id,
        "instructor_id": session.instructor_id,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
    }
    return attendance.canonical(facts, stays)
