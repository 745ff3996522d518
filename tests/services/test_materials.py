from __future__ import annotations

import hashlib
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from sessions_app.domain.errors import (
    InvalidInput,
    NotFound,
    TemporarilyUnavailable,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Offering, Person
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import cancellations, materials, offerings
from sessions_app.services.materials import MaterialFacts
from tests.services.world import NOON, World, acting, at

PDF = b"%PDF-1.7\n% a worksheet"


def add(
    world: World,
    offering: Offering,
    *,
    name: str = "Worksheet.pdf",
    content: bytes = PDF,
    by: Person | None = None,
) -> MaterialFacts:
    return materials.add(
        world.platform, acting(by or world.instructor), offering_id=offering.id, name=name, content=content
    )


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "materials").rglob("*") if path.is_file()]


def test_a_file_lies_under_a_random_name_and_comes_back_as_it_was(world: World, tmp_path: Path) -> None:
    facts = add(world, world.offering(), name="../../etc/Übung 1.PDF")
    assert (facts.name, facts.label, facts.size_bytes) == ("Übung 1.pdf", "PDF", len(PDF))
    assert facts.sha256 == hashlib.sha256(PDF).hexdigest()
    [file] = stored(tmp_path)
    assert "bung" not in file.name
    assert file.stat().st_mode & 0o077 == 0
    back = materials.download(world.platform, acting(world.instructor), material_id=facts.id)
    assert back.content == PDF


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("Worksheet.pdf", b"MZ\x90\x00 a program", UnsupportedMediaType),
        ("Worksheet.pdf", b"\x89PNG\r\n\x1a\n picture", UnsupportedMediaType),
        ("Worksheet", PDF, UnsupportedMediaType),
        ("Worksheet.pdf.exe", PDF, UnsupportedMediaType),
        ("page.html", b"<!doctype html><script>1</script>", UnsupportedMediaType),
        ("picture.svg", b"<svg xmlns='x'/>", UnsupportedMediaType),
        ("Worksheet.pdf", b"", InvalidInput),
        ("Worksheet.pdf", PDF + b" " * 20_000_000, TooLarge),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(
    world: World, tmp_path: Path, name: str, content: bytes, refusal: type[Exception]
) -> None:
    offering = world.offering()
    with pytest.raises(refusal) as refused:
        add(world, offering, name=name, content=content)
    assert refused.value.field == "file"  # type: ignore[attr-defined]
    assert stored(tmp_path) == []
    of_offering = materials.of_offering
    assert world.platform.read(of_offering, acting(world.instructor), offering_id=offering.id) == ()


def test_only_its_instructor_and_staff_add_or_remove(world: World) -> None:
    offering = world.offering()
    other, student = world.new_instructor("Omar"), world.student()
    world.book(student, offering, at(3, 10))
    for person in (other, student):
        with pytest.raises(NotFound):
            add(world, offering, by=person)
    facts = add(world, offering, by=world.person("Ann", Role.ASSISTANT))
    for person in (other, student):
        with pytest.raises(NotFound):
            materials.remove(world.platform, acting(person), material_id=facts.id)
    materials.remove(world.platform, acting(world.instructor), material_id=facts.id)


def test_it_is_given_to_those_with_a_seat_alone(world: World) -> None:
    offering = world.offering()
    facts = add(world, offering)
    student = world.student()

    def may(person: Person) -> bool:
        try:
            materials.download(world.platform, acting(person), material_id=facts.id)
        except NotFound:
            return False
        return True

    assert not may(student)
    placed = world.book(student, offering, at(3, 10))
    guardian, stranger = world.guardian_of(student), world.guardian_of(world.student("Max"))
    assert [may(person) for person in (student, guardian, stranger)] == [True, True, False]
    assert [may(world.new_instructor("Omar")), may(world.person("Ann", Role.ADMIN))] == [False, True]
    with pytest.raises(Unauthenticated):
        materials.download(world.platform, Actor.anonymous(), material_id=facts.id)
    with pytest.raises(NotFound):
        materials.download(world.platform, acting(student), material_id="mat_unknown")

    world.clock.set(at(9, 9))
    assert may(student)
    world.clock.set(NOON)
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    assert [may(student), may(guardian)] == [False, False]


def test_a_hold_or_a_request_opens_nothing(world: World) -> None:
    offering, asked = world.offering(), world.offering(booking_mode=BookingMode.REQUEST, title="On request")
    student = world.student()
    world.hold(student, offering, at(3, 10))
    world.book(student, asked, at(4, 10))
    for one in (offering, asked):
        facts = add(world, one)
        with pytest.raises(NotFound):
            materials.download(world.platform, acting(student), material_id=facts.id)


def test_copies_share_the_content_until_the_last_is_removed(world: World, tmp_path: Path) -> None:
    offering = world.offering()
    original = add(world, offering)
    copy = world.platform.run(offerings.duplicate, acting(world.instructor), offering_id=offering.id)
    [shared] = world.platform.read(materials.of_offering, acting(world.instructor), offering_id=copy.id)
    assert len(stored(tmp_path)) == 1
    materials.remove(world.platform, acting(world.instructor), material_id=original.id)
    assert materials.download(world.platform, acting(world.instructor), material_id=shared.id).content == PDF
    materials.remove(world.platform, acting(world.instructor), material_id=shared.id)
    assert stored(tmp_path) == []
    with pytest.raises(NotFound):
        materials.remove(world.platform, acting(world.instructor), material_id=shared.id)


def test_there_is_an_end_to_how_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(materials, "MAX_FILES", 1)
    offering = world.offering()
    add(world, offering)
    with pytest.raises(InvalidInput) as refused:
        add(world, offering)
    assert refused.value.field == "file"


def test_a_disk_that_does_not_answer_stores_no_row(world: World, tmp_path: Path) -> None:
    offering = world.offering()
    (tmp_path / "materials").write_text("in the way")
    with pytest.raises(TemporarilyUnavailable):
        add(world, offering)
    assert world.platform.read(materials.of_offering, acting(world.instructor), offering_id=offering.id) == ()


# What a killed process leaves behind.


def age(file: Path, world: World, **span: float) -> None:
    """Let a file have been written that long ago."""
    at = (world.clock.now() - timedelta(**span)).timestamp()
    os.utime(file, (at, at))


@pytest.fixture
def kept(world: World, tmp_path: Path) -> Path:
    """A file of an offering, as old as they get."""
    add(world, world.offering())
    [file] = stored(tmp_path)
    age(file, world, days=400)
    return file


def orphan(world: World, tmp_path: Path, **span: float) -> Path:
    """A file that never got its row."""
    before = set(stored(tmp_path))
    assert world.platform.files is not None
    world.platform.files.put(secrets.token_hex(20), PDF)
    [file] = set(stored(tmp_path)) - before
    age(file, world, **span)
    return file


def test_files_without_a_row_go_after_a_day_and_no_others(world: World, kept: Path, tmp_path: Path) -> None:
    old, new = orphan(world, tmp_path, hours=25), orphan(world, tmp_path, hours=23)
    half_old, half_new = (old.with_name(f".{secrets.token_hex(8)}") for _ in range(2))
    for file, hours in ((half_old, 25), (half_new, 23)):
        file.write_bytes(b"%PDF")
        age(file, world, hours=hours)
    foreign = kept.with_name("notes.txt")
    foreign.write_text("not ours")
    age(foreign, world, days=400)

    assert materials.sweep(world.platform) == 2

    assert set(stored(tmp_path)) == {kept, new, half_new, foreign}
    assert materials.sweep(world.platform) == 0


def test_several_sweepers_remove_each_file_once(world: World, kept: Path, tmp_path: Path) -> None:
    for _ in range(20):
        orphan(world, tmp_path, days=2)

    with ThreadPoolExecutor(4) as pool:
        removed = list(pool.map(lambda _: materials.sweep(world.platform), range(4)))

    assert sum(removed) == 20
    assert stored(tmp_path) == [kept]


def test_a_folder_of_which_the_database_knows_nothing_is_left_alone(world: World, tmp_path: Path) -> None:
    files = [orphan(world, tmp_path, days=30) for _ in range(3)]

    assert materials.sweep(world.platform) == 0

    assert set(stored(tmp_path)) == set(files)


def test_a_file_shared_by_copies_stays_while_one_of_them_has_it(world: World, tmp_path: Path) -> None:
    offering = world.offering()
    facts = add(world, offering)
    world.platform.run(offerings.duplicate, acting(world.instructor), offering_id=offering.id)
    materials.remove(world.platform, acting(world.instructor), material_id=facts.id)
    [file] = stored(tmp_path)
    age(file, world, days=30)

    assert materials.sweep(world.platform) == 0
    assert stored(tmp_path) == [file]
