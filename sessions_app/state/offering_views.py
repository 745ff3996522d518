"""An instructor's offerings as their own page shows them, and what was typed as a draft. Pure view values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from sessions_app.domain.local_labels import duration_label
from sessions_app.domain.money import Money, price_label, read_amount, write_amount
from sessions_app.domain.pricing import PriceRule
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType, Visibility
from sessions_app.services.materials import MaterialFacts
from sessions_app.services.offerings import Draft, Length, Price
from sessions_app.services.queries.own_offerings import OwnOffering, PricePreview
from sessions_app.services.teaching import Teaching
from sessions_app.settings import Settings

E = TypeVar("E", bound=StrEnum)

ROWS = 4
"""So many lengths can be made in one go."""

PAY_WAYS = (
    ("card", "By card"),
    ("credits", "With credits"),
    ("either", "Card or credits"),
    ("free", "Free"),
    ("hourly", "By my hourly rate"),
)
_AMOUNT = "Please enter an amount such as 32.00."
_NOT_PRICED = Price(minor=0)


@dataclass(frozen=True)
class OptionView:
    """A choice of a select or a group."""

    value: str
    label: str


@dataclass(frozen=True)
class FileView:
    """A file of an offering."""

    id: str
    name: str
    note: str
    href: str


@dataclass(frozen=True)
class OfferingRow:
    """One offering in the list. ``note`` says what keeps it from students; empty for one that is as it should be."""

    id: str
    title: str
    about: str
    facts: str
    price: str
    unit: str
    is_active: bool
    switch_label: str
    ahead: str
    files: str
    visibility: str
    note: str
    edit_href: str
    page_href: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class LengthView:
    """One row of the lengths: what stands in its fields."""

    minutes: str = ""
    amount: str = ""
    credits: str = ""


@dataclass(frozen=True)
class EditorView:
    """The editor as it opens; ``key`` is another each time, so that its fields start afresh."""

    key: str = ""
    offering_id: str = ""
    heading: str = ""
    title: str = ""
    about: str = ""
    description: str = ""
    requirements: str = ""
    kind: str = "individual"
    seats: str = "6"
    minimum: str = "1"
    cutoff: str = ""
    topic: str = "fixed"
    mode: str = "instant"
    modality: str = "online"
    place: str = ""
    policy: str = "tiered"
    cancel_by: str = ""
    move_by: str = ""
    moves: str = ""
    who: str = "everyone"
    pay: str = "card"
    lengths: tuple[LengthView, ...] = (LengthView("60"),) + (LengthView(),) * (ROWS - 1)
    link: str = ""
    upload_href: str = ""
    ahead: str = ""


@dataclass(frozen=True)
class PriceLine:
    """One length in the preview: "€32.00", "for 60 min", "You receive €28.80 after the 10 % fee"."""

    price: str
    unit: str
    share: str


@dataclass(frozen=True)
class TaughtView:
    """A course or subject to tick."""

    id: str
    name: str
    is_taught: bool


@dataclass(frozen=True)
class TeachingView:
    """What an instructor says about themselves."""

    key: str = ""
    headline: str = ""
    bio: str = ""
    rate: str = ""
    currency: str = ""
    courses: tuple[TaughtView, ...] = ()
    subjects: tuple[TaughtView, ...] = ()


FIELDS = (
    "title", "about", "description", "requirements", "seats", "minimum", "cutoff", "place", "policy",
    "cancel_by", "move_by", "moves", "who", "kind",
    *(f"{name}{row}" for name in ("minutes", "amount", "credits") for row in range(ROWS)),
    "headline", "bio", "rate", "teaches",
)  # fmt: skip
"""The names that errors stand at."""

_NAMES = {
    "course_id": "about",
    "subject_id": "about",
    "capacity": "seats",
    "minimum_seats": "minimum",
    "minimum_cutoff_hours": "cutoff",
    "cancel_notice_hours": "cancel_by",
    "reschedule_notice_hours": "move_by",
    "reschedule_limit": "moves",
    "cancellation_policy": "policy",
    "visibility": "who",
    "session_type": "kind",
    "hourly_rate": "rate",
    "lengths": "minutes0",
}
_BY_LENGTH = {"duration_minutes": "minutes", "amount": "amount", "credits": "credits"}


def no_errors() -> dict[str, str]:
    """Nothing is wrong anywhere."""
    return dict.fromkeys(FIELDS, "")


def at_fields(wrong: Mapping[str, str], rows: Sequence[int] = (0,)) -> dict[str, str]:
    """The refusal's fields as the page names them; ``rows`` are the rows that the lengths stand in."""
    found = no_errors()
    for name, sentence in wrong.items():
        bare, _, number = name.partition(".")
        if bare in _BY_LENGTH:
            row = rows[int(number)] if number else rows[0] if rows else 0
            found[f"{_BY_LENGTH[bare]}{row}"] = sentence
        else:
            found[_NAMES.get(name, name)] = sentence
    return {name: found.get(name, "") for name in FIELDS}


def offering_rows(found: Sequence[OwnOffering]) -> list[OfferingRow]:
    """The list."""
    return [
        _row(one, is_first=place == 0, is_last=place == len(found) - 1) for place, one in enumerate(found)
    ]


def _row(one: OwnOffering, *, is_first: bool, is_last: bool) -> OfferingRow:
    draft = one.draft
    minutes = draft.lengths[0].minutes
    is_group = draft.session_type is SessionType.GROUP
    facts = [
        f"Group of {draft.capacity}" if is_group else "One-to-one",
        "On request" if draft.booking_mode is BookingMode.REQUEST else "Booked at once",
    ]
    if draft.modality is not Modality.ONLINE:
        facts.append("In person" if draft.modality is Modality.IN_PERSON else "Video or in person")
    return OfferingRow(
        id=one.id,
        title=draft.title,
        about=one.about,
        facts=" · ".join(facts),
        price=price_label(one.total, one.credits),
        unit=duration_label(minutes),
        is_active=one.is_active,
        switch_label=f"Offer {draft.title}",
        ahead="" if not one.ahead else f"{one.ahead} booked",
        files="" if not one.files else f"{len(one.files)} file{'s' if len(one.files) > 1 else ''}",
        visibility={
            Visibility.EVERYONE: "",
            Visibility.ENROLLED: "Enrolled students",
            Visibility.LINK: "Only with the link",
        }[draft.visibility],
        note="" if one.is_taught else f"You no longer teach {one.about}, so it takes no bookings.",
        edit_href=f"/instructor/offerings?edit={one.id}",
        page_href=f"/book/{one.instructor_id}?offering={one.id}",
        is_first=is_first,
        is_last=is_last,
    )


def file_views(files: Sequence[MaterialFacts]) -> list[FileView]:
    """The files of an offering or a booking."""
    return [
        FileView(
            file.id, file.name, f"{file.label}, {size_label(file.size_bytes)}", f"/api/materials/{file.id}"
        )
        for file in files
    ]


def size_label(size: int) -> str:
    """Such as "120 kB" or "3.4 MB"; at least 1 kB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB"


def new_editor(teaching: Teaching, *, key: str) -> EditorView:
    """An empty editor, about the first thing the instructor teaches."""
    taught = about_options(teaching)
    return EditorView(key=key, heading="New offering", about=taught[0].value if taught else "")


def editor_of(one: OwnOffering, *, key: str, public_url: str) -> EditorView:
    """The editor of an offering."""
    draft = one.draft
    (length,) = draft.lengths
    price = length.price
    about = f"course:{draft.course_id}" if draft.course_id else f"subject:{draft.subject_id or ''}"
    first = LengthView(
        minutes=str(length.minutes),
        amount="" if not price.minor else write_amount(Money(price.minor, one.currency)),
        credits="" if price.credits is None else str(price.credits),
    )
    return EditorView(
        key=key,
        offering_id=one.id,
        heading="Edit offering",
        title=draft.title,
        about=about,
        description=draft.description,
        requirements=draft.requirements,
        kind=draft.session_type.value,
        seats=str(draft.capacity) if draft.session_type is SessionType.GROUP else "6",
        minimum=str(draft.minimum_seats),
        cutoff=_shown(draft.minimum_cutoff_hours),
        topic=draft.topic_type.value,
        mode=draft.booking_mode.value,
        modality=draft.modality.value,
        place=draft.place,
        policy=draft.cancellation_policy,
        cancel_by=_shown(draft.cancel_notice_hours),
        move_by=_shown(draft.reschedule_notice_hours),
        moves=_shown(draft.reschedule_limit),
        who=draft.visibility.value,
        pay=_pay_of(price),
        lengths=(first, *((LengthView(),) * (ROWS - 1))),
        link=f"{public_url}/book/{one.instructor_id}?offering={one.id}",
        upload_href=f"/api/offerings/{one.id}/materials",
        ahead=""
        if not one.ahead
        else "1 booked seat keeps its price and rules."
        if one.ahead == 1
        else f"{one.ahead} booked seats keep their price and rules.",
    )


def about_nothing(editor: EditorView) -> EditorView:
    """The editor of an offering about something that its instructor does not teach any more."""
    return replace(editor, about="")


def typed_of(editor: EditorView) -> dict[str, str]:
    """What stands in the fields that prices depend on, as the editor opens."""
    typed = {"pay": editor.pay, "about": editor.about}
    for row, length in enumerate(editor.lengths):
        typed |= {
            f"minutes{row}": length.minutes,
            f"amount{row}": length.amount,
            f"credits{row}": length.credits,
        }
    return typed


def _pay_of(price: Price) -> str:
    if price.is_hourly:
        return "hourly"
    if price.credits is None:
        return "card" if price.minor else "free"
    return "either" if price.minor else "credits"


def about_options(teaching: Teaching) -> list[OptionView]:
    """What an offering can be about: the courses, then the subjects, that the instructor teaches."""
    return [
        *(OptionView(f"course:{one.id}", f"Course: {one.name}") for one in teaching.courses if one.is_taught),
        *(
            OptionView(f"subject:{one.id}", f"Subject: {one.name}")
            for one in teaching.subjects
            if one.is_taught
        ),
    ]


def policy_options(settings: Settings) -> list[OptionView]:
    """The cancellation policies with what they give back."""
    free, partial = settings.free_cancellation_hours, settings.partial_refund_hours
    tiered = f"Everything back until {free} h before the start"
    if partial < free and settings.partial_refund_percent:
        tiered += f", {settings.partial_refund_percent} % until {partial} h, then nothing"
    return [OptionView("tiered", tiered), OptionView("full", "Everything back until the start")]


def teaching_view(teaching: Teaching, *, key: str) -> TeachingView:
    """What an instructor says about themselves, in fields."""
    rate = teaching.hourly_rate_minor
    return TeachingView(
        key=key,
        headline=teaching.headline,
        bio=teaching.bio,
        rate="" if rate is None else write_amount(Money(rate, teaching.currency)),
        currency=teaching.currency,
        courses=tuple(TaughtView(one.id, one.name, one.is_taught) for one in teaching.courses),
        subjects=tuple(TaughtView(one.id, one.name, one.is_taught) for one in teaching.subjects),
    )


def price_lines(found: Sequence[PricePreview], settings: Settings) -> list[PriceLine]:
    """The preview: price, length and the instructor's share of each."""
    percent = settings.platform_fee_percentage
    lines = []
    for one in found:
        share = "" if one.total.is_zero else f"You receive {one.share.label} after the {percent} % fee"
        if one.rule is PriceRule.COURSE_PRICE:
            share = ". ".join(part for part in ("The course sets this price", share) if part)
        lines.append(
            PriceLine(price_label(one.total, one.credits), f"for {duration_label(one.minutes)}", share)
        )
    return lines


def typed_draft(typed: Mapping[str, str], rows: Sequence[int], currency: str) -> tuple[Draft, dict[str, str]]:
    """The draft that the fields hold, and what in them cannot be read at all, by field of the draft."""
    wrong: dict[str, str] = {}
    pay = typed.get("pay", "card")
    lengths = []
    for number, row in enumerate(rows):
        place = f".{number}" if len(rows) > 1 else ""
        price, fault = _price(typed, row, pay, currency)
        if fault:
            wrong[f"amount{place}"] = fault
        lengths.append(Length(_whole(typed.get(f"minutes{row}", "")), price))
    about, _, about_id = typed.get("about", "").partition(":")
    is_group = typed.get("kind") == SessionType.GROUP
    draft = Draft(
        title=typed.get("title", ""),
        lengths=tuple(lengths),
        description=typed.get("description", ""),
        requirements=typed.get("requirements", ""),
        course_id=about_id if about == "course" else None,
        subject_id=about_id if about == "subject" else None,
        session_type=SessionType.GROUP if is_group else SessionType.INDIVIDUAL,
        capacity=_whole(typed.get("seats", "")) if is_group else 1,
        minimum_seats=_whole(typed.get("minimum", "")) if is_group else 1,
        minimum_cutoff_hours=_optional(typed.get("cutoff", "")) if is_group else None,
        topic_type=_word(TopicType, typed.get("topic"), TopicType.FIXED),
        booking_mode=_word(BookingMode, typed.get("mode"), BookingMode.INSTANT),
        modality=_word(Modality, typed.get("modality"), Modality.ONLINE),
        place=typed.get("place", ""),
        cancellation_policy=typed.get("policy", ""),
        cancel_notice_hours=_optional(typed.get("cancel_by", "")),
        reschedule_notice_hours=_optional(typed.get("move_by", "")),
        reschedule_limit=_optional(typed.get("moves", "")),
        visibility=_word(Visibility, typed.get("who"), Visibility.EVERYONE),
    )
    return draft, wrong


def _optional(text: str) -> int | None:
    """The number typed, None where nothing was; what is no number becomes one that no rule takes."""
    return _whole(text, otherwise=-1) if text.strip() else None


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def priceable(draft: Draft, wrong: Mapping[str, str]) -> Draft:
    """The draft with the lengths alone whose price can be told yet."""
    is_one = len(draft.lengths) == 1
    told = tuple(
        length
        for number, length in enumerate(draft.lengths)
        if ("amount" if is_one else f"amount.{number}") not in wrong and length.price.credits != 0
    )
    return replace(draft, lengths=told)


def _price(typed: Mapping[str, str], row: int, pay: str, currency: str) -> tuple[Price, str]:
    """The price of a row. Credits that are no number become 0, which no offering may cost."""
    if pay == "free":
        return _NOT_PRICED, ""
    if pay == "hourly":
        return Price(), ""
    credits = _whole(typed.get(f"credits{row}", "")) if pay in ("credits", "either") else None
    if pay == "credits":
        return Price(None, credits), ""
    try:
        minor = read_amount(typed.get(f"amount{row}", ""), currency).minor
    except ValueError:
        return Price(0, credits), _AMOUNT
    return Price(minor, credits), "Please enter a price above 0, or choose Free." if minor == 0 else ""


def _whole(text: str, *, otherwise: int = 0) -> int:
    bare = text.strip()
    return int(bare) if bare.removeprefix("-").isdecimal() and len(bare) <= 9 else otherwise


def _word(enum: type[E], word: str | None, otherwise: E) -> E:
    try:
        return enum(word or "")
    except ValueError:
        return otherwise
