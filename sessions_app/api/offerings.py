"""An instructor's own offerings and the files that belong to them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field
from starlette.datastructures import UploadFile

from sessions_app.api.dependencies import ActorDep, PlatformDep, ReaderDep, VisitorDep, identity_of_browser
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import INSTRUCTOR_ID, Currency, Flag, Id, PathId, lower_word, names
from sessions_app.api.schemas import Incoming, require_storable
from sessions_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
    UnsupportedMediaType,
)
from sessions_app.domain.file_types import FILE_TYPES
from sessions_app.domain.permissions import Actor
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType, Visibility
from sessions_app.services import materials
from sessions_app.services import offerings as managing
from sessions_app.services.materials import MaterialFacts
from sessions_app.services.offerings import Draft, Length, Price
from sessions_app.services.queries import own_offerings
from sessions_app.services.queries.own_offerings import OwnOffering
from sessions_app.services.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api", tags=["offerings"])

_ONE_TO_ONE = frozenset({"1-to-1", "one-to-one", "one_to_one", "1:1"})


def _session_type(value: Any) -> Any:
    word = lower_word(value)
    return SessionType.INDIVIDUAL.value if isinstance(word, str) and word in _ONE_TO_ONE else word


Whole = Annotated[int, Field(strict=True)]
"""Its range is the use case's to judge, which refuses with a sentence for people."""
SessionTypeWord = Annotated[SessionType, BeforeValidator(_session_type)]
TopicTypeWord = Annotated[TopicType, BeforeValidator(lower_word)]
BookingModeWord = Annotated[BookingMode, BeforeValidator(lower_word)]
ModalityWord = Annotated[Modality, BeforeValidator(lower_word)]
VisibilityWord = Annotated[Visibility, BeforeValidator(lower_word)]
PolicyWord = Annotated[str, BeforeValidator(lower_word), Field(max_length=20, examples=["tiered", "full"])]


class OfferingsQuery(Incoming):
    """Whose: staff name the instructor, instructors mean themselves."""

    instructor_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)


class OfferingChange(Incoming):
    """What is to change; what is left out stays.

    ``amount`` is in minor units: 0 without ``credits`` is free, null with null ``credits`` follows the hourly rate.
    """

    title: str = ""
    description: str = ""
    requirements: str = Field("", validation_alias=names("requirements", "custom_requirements"))
    course_id: Id | None = None
    subject_id: Id | None = None
    duration_minutes: Whole = Field(60, validation_alias=names("duration_minutes", "duration"))
    amount: Whole | None = Field(None, validation_alias=names("amount", "base_price"))
    credits: Whole | None = None
    currency: Currency | None = None
    session_type: SessionTypeWord = SessionType.INDIVIDUAL
    capacity: Whole = Field(1, validation_alias=names("capacity", "max_students", "max_participants"))
    minimum_seats: Whole = Field(1, validation_alias=names("minimum_seats", "min_students"))
    minimum_cutoff_hours: Whole | None = None
    topic_type: TopicTypeWord = TopicType.FIXED
    booking_mode: BookingModeWord = BookingMode.INSTANT
    modality: ModalityWord = Modality.ONLINE
    place: str = ""
    cancellation_policy: PolicyWord = "tiered"
    cancel_notice_hours: Whole | None = None
    reschedule_notice_hours: Whole | None = None
    reschedule_limit: Whole | None = None
    visibility: VisibilityWord = Visibility.EVERYONE
    is_active: Flag = True

    def draft(self, now: Draft) -> Draft:
        """``now`` with what was said instead."""
        said = self.model_fields_set
        facts = {field: getattr(now, field) for field in Draft.__dataclass_fields__}
        facts |= {field: getattr(self, field) for field in said if field in facts}
        (length,) = now.lengths
        facts["lengths"] = (
            Length(
                self.duration_minutes if "duration_minutes" in said else length.minutes,
                Price(
                    self.amount if "amount" in said else length.price.minor,
                    self.credits if "credits" in said else length.price.credits,
                ),
            ),
        )
        facts["currency"] = self.currency.upper() if self.currency else None
        if "subject_id" in said and "course_id" not in said and self.subject_id:
            facts["course_id"] = None
        if facts["session_type"] is SessionType.INDIVIDUAL and "capacity" not in said:
            facts["capacity"] = 1
        return Draft(**facts)


class NewOffering(OfferingChange):
    """An offering to be made; staff say for whom."""

    instructor_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    title: str
    duration_minutes: Whole = Field(validation_alias=names("duration_minutes", "duration"))


class Order(Incoming):
    """All offerings of the instructor, in the order wanted."""

    offering_ids: list[Id] = Field(max_length=500)
    instructor_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)


class MaterialAnswer(BaseModel):
    """A file; ``url`` gives it to the instructor, staff and students with a seat."""

    id: str
    offering_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    url: str

    @classmethod
    def of(cls, facts: MaterialFacts) -> MaterialAnswer:
        """The file as it is sent."""
        return cls(
            id=facts.id,
            offering_id=facts.offering_id,
            name=facts.name,
            media_type=facts.media_type,
            size_bytes=facts.size_bytes,
            sha256=facts.sha256,
            url=f"/api/materials/{facts.id}",
        )


class PriceNow(BaseModel):
    """What a seat costs now, by whichever rule: the course's price, the offering's, or the hourly rate."""

    amount: int
    currency: str
    credits: int | None


class OwnOfferingAnswer(BaseModel):
    """An offering as its instructor sees it. ``amount`` and ``credits`` are its own; both null: the hourly rate."""

    id: str
    instructor_id: str
    title: str
    description: str
    requirements: str
    course_id: str | None
    subject_id: str | None
    duration_minutes: int
    amount: int | None
    credits: int | None
    currency: str
    price: PriceNow
    session_type: SessionType
    capacity: int
    minimum_seats: int
    minimum_cutoff_hours: int | None
    topic_type: TopicType
    booking_mode: BookingMode
    modality: Modality
    place: str
    cancellation_policy: str
    cancel_notice_hours: int | None
    reschedule_notice_hours: int | None
    reschedule_limit: int | None
    visibility: Visibility
    is_active: bool
    bookings_ahead: int
    book_url: str
    materials: list[MaterialAnswer]

    @classmethod
    def of(cls, one: OwnOffering) -> OwnOfferingAnswer:
        """The offering as it is sent."""
        (length,) = one.draft.lengths
        facts = {name: getattr(one.draft, name) for name in cls.model_fields if hasattr(one.draft, name)}
        return cls(
            **facts
            | {
                "id": one.id,
                "instructor_id": one.instructor_id,
                "duration_minutes": length.minutes,
                "amount": length.price.minor,
                "credits": length.price.credits,
                "currency": one.currency,
                "price": PriceNow(amount=one.total.minor, currency=one.total.currency, credits=one.credits),
                "is_active": one.is_active,
                "bookings_ahead": one.ahead,
                "book_url": f"/book/{one.instructor_id}?offering={one.id}",
                "materials": [MaterialAnswer.of(file) for file in one.files],
            }
        )


class OwnOfferings(BaseModel):
    """All offerings of an instructor, in their order; there are never more than one page of them."""

    items: list[OwnOfferingAnswer]
    next_cursor: str | None = None


class Materials(BaseModel):
    """The files of an offering, oldest first."""

    items: list[MaterialAnswer]
    next_cursor: str | None = None


_MINE = refusals(Unauthenticated, NotAllowed, NotFound)


@router.get("/offerings", responses=_MINE)
def own(query: Annotated[OfferingsQuery, Query()], platform: PlatformDep, actor: ActorDep) -> OwnOfferings:
    """Everything the calling instructor offers, also what is switched off."""
    found = platform.read(own_offerings.listing, actor, instructor_id=query.instructor_id)
    return OwnOfferings(items=[OwnOfferingAnswer.of(one) for one in found])


@router.post("/offerings", status_code=201, responses=_MINE)
def create(body: NewOffering, platform: PlatformDep, actor: ActorDep) -> OwnOfferingAnswer:
    """Make an offering in a course or a subject that the instructor teaches."""
    blank = Draft(title="", lengths=(Length(body.duration_minutes),))

    def use_case(work: UnitOfWork) -> OwnOffering:
        made = managing.create(
            work, draft=body.draft(blank), instructor_id=body.instructor_id, is_active=body.is_active
        )
        return own_offerings.one(work, offering_id=made[0].id)

    return OwnOfferingAnswer.of(platform.run(use_case, actor))


@router.put("/offerings/order", status_code=204, responses=_MINE)
def reorder(body: Order, platform: PlatformDep, actor: ActorDep) -> None:
    """Put all offerings into this order; students meet them in it."""
    platform.run(managing.reorder, actor, offering_ids=body.offering_ids, instructor_id=body.instructor_id)


@router.get("/offerings/{offering_id}", responses=refusals(Unauthenticated, NotFound))
def read(offering_id: PathId, platform: PlatformDep, actor: ActorDep) -> OwnOfferingAnswer:
    """One offering of the calling instructor."""
    return OwnOfferingAnswer.of(platform.read(own_offerings.one, actor, offering_id=offering_id))


@router.patch("/offerings/{offering_id}", responses=refusals(Unauthenticated, NotFound))
def change(
    offering_id: PathId, body: OfferingChange, platform: PlatformDep, actor: ActorDep
) -> OwnOfferingAnswer:
    """Change an offering, or switch it with ``is_active``. Bookings that are there keep their terms."""

    def use_case(work: UnitOfWork) -> OwnOffering:
        said = body.model_fields_set
        offering, _ = managing.load(work, offering_id, lock=True)
        if said - {"is_active"}:
            managing.edit(work, offering_id=offering_id, draft=body.draft(Draft.of(offering)))
        if "is_active" in said:
            managing.set_active(work, offering_id=offering_id, is_active=body.is_active)
        return own_offerings.one(work, offering_id=offering_id)

    return OwnOfferingAnswer.of(platform.run(use_case, actor))


@router.post(
    "/offerings/{offering_id}/duplicate", status_code=201, responses=refusals(Unauthenticated, NotFound)
)
def duplicate(offering_id: PathId, platform: PlatformDep, actor: ActorDep) -> OwnOfferingAnswer:
    """Copy an offering with its files, switched off, right behind the original."""

    def use_case(work: UnitOfWork) -> OwnOffering:
        copy = managing.duplicate(work, offering_id=offering_id)
        return own_offerings.one(work, offering_id=copy.id)

    return OwnOfferingAnswer.of(platform.run(use_case, actor))


# --- files


async def _uploader(request: Request, platform: PlatformDep, visitor: VisitorDep) -> Actor:
    """Who uploads: by bearer token, or from our own pages by their cookie."""
    if visitor is not None:
        return visitor.actor
    return (await identity_of_browser(request, platform)).actor


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


_A_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {kind.media_type.split(";")[0]: {} for kind in FILE_TYPES},
    }
}


@router.get("/offerings/{offering_id}/materials", responses=refusals(Unauthenticated, NotFound))
def files(offering_id: PathId, platform: PlatformDep, actor: ActorDep) -> Materials:
    """The files of an offering, for its instructor, staff and students with a seat."""
    if actor.person_id is None:
        raise Unauthenticated
    found = platform.read(materials.of_offering, actor, offering_id=offering_id)
    return Materials(items=[MaterialAnswer.of(one) for one in found])


@router.post(
    "/offerings/{offering_id}/materials",
    status_code=201,
    responses=refusals(Unauthenticated, NotAllowed, NotFound, TooLarge, UnsupportedMediaType),
    openapi_extra=_FORM,
)
async def upload(
    offering_id: PathId,
    request: Request,
    platform: PlatformDep,
    actor: Annotated[Actor, Depends(_uploader)],
) -> MaterialAnswer:
    """Add a file (MAX_MATERIAL_MB at most). Its content must be of a kind that is taken, and of the one it is named.

    Taken are documents, slides, sheets, plain text, pictures and sound; what a browser could run is not.
    """
    # Whose offering it is comes before the body: nobody fills our memory for somebody else's offering.
    await asyncio.to_thread(platform.read, materials.require_room, actor, offering_id=offering_id)
    name, content = await _file_of(request, platform.settings.max_material_mb)
    facts = await asyncio.to_thread(
        materials.add, platform, actor, offering_id=offering_id, name=name, content=content
    )
    return MaterialAnswer.of(facts)


async def _file_of(request: Request, limit_mb: int) -> tuple[str, bytes]:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        raise UnsupportedMediaType("Please send the file as multipart/form-data.", field="file")
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("Please choose a file.", field="file")
        name = file.filename or ""
        try:
            require_storable(name)
        except ValueError as error:
            raise InvalidInput(f"{error}.", field="file") from None
        return name, await file.read(limit_mb * 1_000_000 + 1)


@router.delete("/materials/{material_id}", status_code=204, responses=refusals(Unauthenticated, NotFound))
def remove(material_id: PathId, platform: PlatformDep, actor: ActorDep) -> None:
    """Take a file away from its offering."""
    materials.remove(platform, actor, material_id=material_id)


@router.get(
    "/materials/{material_id}",
    response_class=Response,
    responses=_A_FILE | refusals(Unauthenticated, NotFound),
)
def download(material_id: PathId, platform: PlatformDep, actor: ReaderDep) -> Response:
    """A file, for its instructor, staff and students with a seat, also by the link on our pages."""
    found = materials.download(platform, actor, material_id=material_id)
    name = found.facts.name
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return Response(
        found.content,
        media_type=found.facts.media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
