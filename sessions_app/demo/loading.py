"""Loading the demo data: into an empty database at the start, or again by ``make demo``.

Nothing leaves the house: the messages of the story are stored as already sent, in the very transaction that makes
them, so that a dispatcher running beside it finds nothing to do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Insert, event, inspect
from sqlmodel import col, select

from sessions_app.demo.sheets import SHEETS
from sessions_app.demo.stage import Stage, set_stage
from sessions_app.demo.story import Story, StoryClock
from sessions_app.demo_accounts import DEMO_PASSWORD
from sessions_app.domain.permissions import Actor
from sessions_app.models import AuditEntry, OutboxMessage, Person
from sessions_app.models.messages import OutboxState
from sessions_app.services import audit, credits, materials, passwords
from sessions_app.services.unit_of_work import Platform, UnitOfWork

STUDENT_CREDITS = 5
TOLD_AGAIN_AFTER = timedelta(days=7)
_SINCE = timedelta(days=60)
_TOLD = "demo.told"


def load_if_empty(platform: Platform) -> bool:
    """Load the demo data when nobody exists yet; whether it was. Of several processes, one does."""
    return _load(platform, only_if_empty=True)


def load(platform: Platform) -> None:
    """Load the demo data, or put it right: add what is missing, restore passwords and credits.

    The story is told once, and again when the last telling is a week old; bookings are never removed.
    """
    _load(platform, only_if_empty=False)


def _load(platform: Platform, *, only_if_empty: bool) -> bool:
    with passwords.turn():
        password_hash = passwords.hashed(DEMO_PASSWORD)
    engine = _kept_in_house(platform.engine)
    quiet = replace(platform, engine=engine, announce=lambda topics: None)
    long_ago = replace(quiet, clock=StoryClock(platform.clock.now() - _SINCE))
    stage = long_ago.run(_stage, Actor.system(), password_hash=password_hash, only_if_empty=only_if_empty)
    if stage is None:
        return False
    if long_ago.files is not None:
        _hand_out(long_ago, stage)
    if quiet.run(_is_to_be_told, Actor.system()):
        Story(quiet, stage).tell()
    quiet.run(_top_up, Actor.system(), student_id=stage.people["noah"].id)
    return True


def _stage(work: UnitOfWork, *, password_hash: str, only_if_empty: bool) -> Stage | None:
    work.lock(demo="load")
    if only_if_empty and work.db.exec(select(Person.id).limit(1)).first() is not None:
        return None
    return set_stage(work, password_hash=password_hash)


def _hand_out(platform: Platform, stage: Stage) -> None:
    """Give each offering the files it lacks, by their names."""
    for sheet in SHEETS:
        offering = stage.offering(sheet.teacher, sheet.offering, sheet.course)
        there = platform.read(materials.of_offering, Actor.system(), offering_id=offering.id)
        if all(file.name != sheet.name for file in there):
            materials.add(
                platform,
                stage.actor(sheet.teacher),
                offering_id=offering.id,
                name=sheet.name,
                content=sheet.content,
            )


def _is_to_be_told(work: UnitOfWork) -> bool:
    """Whether the story is due; says so at once, so that a second process does not tell it too."""
    work.lock(demo="tell")
    last = work.db.exec(
        select(AuditEntry.at).where(col(AuditEntry.action) == _TOLD).order_by(col(AuditEntry.id).desc())
    ).first()
    if last is not None and work.now - last < TOLD_AGAIN_AFTER:
        return False
    audit.record(work, _TOLD, "demo", "story")
    return True


def _top_up(work: UnitOfWork, *, student_id: str) -> None:
    missing = STUDENT_CREDITS - credits.balance_of(work, student_id)
    if missing > 0:
        key = f"demo:{student_id}:{work.now:%Y%m%dT%H%M%S%f}"
        credits.grant(work, student_id=student_id, amount=missing, key=key, note="Welcome credits")


def _kept_in_house(engine: Engine) -> Engine:
    """The same database, on which every message is stored as sent already."""
    quiet = engine.execution_options()
    event.listen(quiet, "before_execute", _store_as_sent, retval=True)
    return quiet


def _store_as_sent(
    connection: Connection, statement: Any, many: Any, one: Any, options: Any
) -> tuple[Any, Any, Any]:
    if isinstance(statement, Insert) and statement.table is inspect(OutboxMessage).local_table:
        many = [
            message | {"state": OutboxState.SENT, "sent_at": message["created_at"]}
            for message in (many or [one])
        ]
        return statement, many, {}
    return statement, many, one
