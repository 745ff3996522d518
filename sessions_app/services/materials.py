"""Files that belong to an offering: taking them in, handing them out, removing them.

Decides which files are taken (size, kind by content, number) and who gets them: the instructor, staff, and those with
a seat in a session of the offering that is or was theirs for good. Everybody else hears that there is no such file.
Contents lie in the platform's file store under random names, shared by copies of an offering.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from sessions_app.domain import file_types
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    InvalidInput,
    NotFound,
    TemporarilyUnavailable,
    TooLarge,
    UnsupportedMediaType,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.ports import FileStore
from sessions_app.models import Booking, GuardianLink, Material, Offering
from sessions_app.services import access, audit, live, offerings
from sessions_app.services.unit_of_work import Platform, UnitOfWork

MAX_FILES = 20
ORPHANS_ARE_KEPT = timedelta(days=1)

_log = logging.getLogger(__name__)

HAS_SEAT = frozenset(
    {
        BookingStatus.SCHEDULED,
        BookingStatus.CONFIRMED,
        BookingStatus.IN_PROGRESS,
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
    }
)
"""Seats that are or were the student's for good: what is held, asked for or cancelled opens nothing."""


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """A file as people meet it."""

    id: str
    offering_id: str
    name: str
    label: str
    media_type: str
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, row: Material) -> MaterialFacts:
        """The facts of a row."""
        kinds = {kind.media_type: kind.label for kind in file_types.FILE_TYPES}
        return cls(
            id=row.id,
            offering_id=row.offering_id,
            name=row.name,
            label=kinds.get(row.media_type, "File"),
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
        )


@dataclass(frozen=True, slots=True)
class Download:
    """A file with its content."""

    facts: MaterialFacts
    content: bytes


def add(platform: Platform, actor: Actor, *, offering_id: str, name: str, content: bytes) -> MaterialFacts:
    """Take a file in. The content is stored first: a row never names a file that is not there.

    Raises NotFound for an offering of somebody else, TooLarge, UnsupportedMediaType (all with field ``file``) for
    what is not what its name says or of no kind that is taken, and InvalidInput for an empty file or one too many.
    """
    store = _store(platform)
    platform.read(require_room, actor, offering_id=offering_id)
    name = file_types.clean_name(name)
    limit = platform.settings.max_material_mb
    if len(content) > limit * 1_000_000:
        raise too_large(limit)
    if not content:
        raise InvalidInput("This file is empty.", field="file")
    kind = _kind(name, content)
    stored_as = secrets.token_hex(20)
    store.put(stored_as, content)
    try:
        return platform.run(
            _record,
            actor,
            offering_id=offering_id,
            name=name,
            kind=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            stored_as=stored_as,
        )
    except BaseException:
        store.delete(stored_as)
        raise


def remove(platform: Platform, actor: Actor, *, material_id: str) -> None:
    """Take a file away from its offering, and its content with the last offering that has it. Raises NotFound."""
    left_over = platform.run(_forget, actor, material_id=material_id)
    if left_over is not None:
        _store(platform).delete(left_over)


def download(platform: Platform, actor: Actor, *, material_id: str) -> Download:
    """A file for those entitled to it. Raises Unauthenticated, and NotFound to everybody else."""
    facts, stored_as = platform.read(_entitled, actor, material_id=material_id)
    content = _store(platform).get(stored_as)
    if content is None:
        raise NotFound
    return Download(facts, content)


def sweep(platform: Platform) -> int:
    """Remove the files of the store that no row names, and what was left half stored; return how many there were.

    They are left by a process that was killed between the file and its row. Only what is older than a day goes, so
    an upload that is under way keeps its file, and no row can come to name an old one: rows get names that were made
    up for them, or those of rows that exist. Nothing goes where no file at all is known: then it is rather the
    database that is not this folder's.
    """
    store, before = platform.files, platform.clock.now() - ORPHANS_ARE_KEPT
    if store is None:
        return 0
    # In this order: a file whose row is written meanwhile must not look like one without.
    files = dict(store.stored())
    named = platform.read(_names, Actor.system())
    orphans = sorted(name for name, at in files.items() if at < before and name not in named)
    if orphans and named.isdisjoint(files):
        _log.warning("%s files in the store, none known to the database: left alone", len(files))
        return 0
    return sum(store.delete(name) for name in orphans) + store.forget_unfinished(before=before)


def of_offering(work: UnitOfWork, *, offering_id: str) -> tuple[MaterialFacts, ...]:
    """The files of an offering, for its instructor and staff, and for those with a seat. Raises NotFound."""
    offering = work.db.get(Offering, offering_id)
    if offering is None or not _may_read(work, offering):
        raise NotFound
    return files_of(work, [offering_id]).get(offering_id, ())


def files_of(work: UnitOfWork, offering_ids: list[str]) -> dict[str, tuple[MaterialFacts, ...]]:
    """The files of offerings, by offering, oldest first; whoever asks has made sure that they may be shown."""
    rows = work.db.exec(
        select(Material)
        .where(col(Material.offering_id).in_(offering_ids))
        .order_by(col(Material.created_at), col(Material.id))
    )
    found: dict[str, tuple[MaterialFacts, ...]] = {}
    for row in rows:
        found[row.offering_id] = (*found.get(row.offering_id, ()), MaterialFacts.of(row))
    return found


def counts_of(work: UnitOfWork, offering_ids: Collection[str]) -> dict[str, int]:
    """How many files offerings have, by offering, those without left out; whoever asks makes sure who is told."""
    rows = work.db.exec(
        select(Material.offering_id, func.count())
        .where(col(Material.offering_id).in_(offering_ids))
        .group_by(col(Material.offering_id))
    )
    return dict(rows.all())


def of_booking(work: UnitOfWork, booking: Booking) -> tuple[MaterialFacts, ...]:
    """The files that go with a booking the actor may see: none until the seat is theirs."""
    if booking.status not in HAS_SEAT:
        return ()
    return files_of(work, [booking.offering_id]).get(booking.offering_id, ())


def require_room(work: UnitOfWork, *, offering_id: str) -> None:
    """Raise NotFound for an offering of somebody else, InvalidInput when it has all the files it may have."""
    offerings.load(work, offering_id)
    there = select(func.count()).where(col(Material.offering_id) == offering_id)
    if work.db.exec(there).one() >= MAX_FILES:
        raise InvalidInput(f"There is room for {MAX_FILES} files.", field="file")


def too_large(limit_mb: int) -> TooLarge:
    """The refusal of a file above the limit."""
    return TooLarge(f"Please keep files under {limit_mb} MB.", field="file", limit_mb=limit_mb)


def _kind(name: str, content: bytes) -> file_types.FileType:
    kind = file_types.recognised(content)
    ending = file_types.ending_of(name)
    if kind is None:
        taken = ", ".join(dict.fromkeys(ending for one in file_types.FILE_TYPES for ending in one.endings))
        raise UnsupportedMediaType(f"Files of this kind are not taken. Possible are {taken}.", field="file")
    if ending not in kind.endings:
        raise UnsupportedMediaType(
            f"This is not what its name says: it holds {kind.label}, so its name should end in "
            f".{kind.endings[0]}.",
            field="file",
        )
    return kind


def _record(
    work: UnitOfWork,
    *,
    offering_id: str,
    name: str,
    kind: file_types.FileType,
    size: int,
    sha256: str,
    stored_as: str,
) -> MaterialFacts:
    offering, _ = offerings.load(work, offering_id, lock=True)
    require_room(work, offering_id=offering_id)
    row = Material(
        offering_id=offering.id,
        name=name,
        media_type=kind.media_type,
        size_bytes=size,
        sha256=sha256,
        stored_as=stored_as,
        created_at=work.now,
    )
    work.db.add(row)
    audit.record(work, "material.added", "material", row.id, offering_id=offering.id, sha256=sha256)
    live.offerings_changed(work, offering.instructor_id)
    return MaterialFacts.of(row)


def _names(work: UnitOfWork) -> frozenset[str]:
    return frozenset(work.db.exec(select(Material.stored_as)))


def _forget(work: UnitOfWork, *, material_id: str) -> str | None:
    """Delete the row; return the stored name when no other row needs it."""
    if not work.actor.is_system:
        access.require_person(work)
    row = work.db.get(Material, material_id)
    if row is None:
        raise NotFound
    offering, _ = offerings.load(work, row.offering_id, lock=True)
    work.db.delete(row)
    work.db.flush()
    others = select(func.count()).where(col(Material.stored_as) == row.stored_as)
    audit.record(work, "material.removed", "material", row.id, offering_id=offering.id, sha256=row.sha256)
    live.offerings_changed(work, offering.instructor_id)
    return row.stored_as if work.db.exec(others).one() == 0 else None


def _entitled(work: UnitOfWork, *, material_id: str) -> tuple[MaterialFacts, str]:
    if not work.actor.is_system:
        access.require_person(work)
    row = work.db.get(Material, material_id)
    if row is None or not _may_read(work, work.db.get_one(Offering, row.offering_id)):
        raise NotFound
    return MaterialFacts.of(row), row.stored_as


def _may_read(work: UnitOfWork, offering: Offering) -> bool:
    if offerings.may_manage(work, offering.instructor_id):
        return True
    if work.actor.person_id is None:
        return False
    learners = [work.actor.person_id]
    if work.actor.role is Role.GUARDIAN:
        children = select(GuardianLink.child_id).where(
            col(GuardianLink.guardian_id) == work.actor.person_id, col(GuardianLink.can_view)
        )
        learners += work.db.exec(children).all()
    seat = select(Booking.id).where(
        col(Booking.offering_id) == offering.id,
        col(Booking.student_id).in_(learners),
        col(Booking.status).in_(HAS_SEAT),
    )
    return work.db.exec(seat.limit(1)).first() is not None


def _store(platform: Platform) -> FileStore:
    if platform.files is None:
        raise TemporarilyUnavailable
    return platform.files
