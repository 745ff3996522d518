"""An instructor's own offerings: the list in their order, the editor, the files, and what they say about themselves.

The address says what is open (``?edit=``, ``?new=1``, ``?profile=1``), so that "back" closes it. The fields keep
what is typed in the browser; the server hears of what prices depend on while it is typed, and of all of it on Save.
"""

from __future__ import annotations

import secrets
from typing import Any

import reflex as rx

from sessions_app.domain.errors import DomainError, InvalidInput
from sessions_app.domain.money import read_amount
from sessions_app.domain.permissions import Role
from sessions_app.services import live, materials, offerings, teaching
from sessions_app.services.queries import own_offerings
from sessions_app.services.teaching import Teaching
from sessions_app.state import offering_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.offering_views import (
    ROWS,
    EditorView,
    FileView,
    OfferingRow,
    OptionView,
    PriceLine,
    TeachingView,
)

HOME = "/instructor/offerings"
_MOST_TYPED = 5_000


class OfferingsState(AppState):
    """``/instructor/offerings``. ``mode`` is empty until the server has spoken, then list, offering or profile."""

    mode: str = ""
    rows: rx.Field[list[OfferingRow]] = rx.field(default_factory=list)
    has_subjects: bool = False
    moved: str = ""
    editor: EditorView = EditorView()
    shown_rows: rx.Field[list[int]] = rx.field(default_factory=lambda: [0])
    about_options: rx.Field[list[OptionView]] = rx.field(default_factory=list)
    policy_options: rx.Field[list[OptionView]] = rx.field(default_factory=list)
    preview: rx.Field[list[PriceLine]] = rx.field(default_factory=list)
    files: rx.Field[list[FileView]] = rx.field(default_factory=list)
    profile: TeachingView = TeachingView()
    errors: rx.Field[dict[str, str]] = rx.field(default_factory=views.no_errors)
    max_mb: int = 20
    saving: bool = False

    _typed: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    _currency: str = "EUR"

    @rx.event
    @require(Role.INSTRUCTOR)
    async def open(self) -> Any:
        """Show what the address asks for."""
        hub.watch(self, OfferingsState.refresh, [live.person_topic(self._person_id())])
        said = await self._read(teaching.teaching)
        self._currency, self.max_mb = said.currency, self._platform().settings.max_material_mb
        self.errors, self.saving, self.moved = views.no_errors(), False, ""
        await self._list(said)
        query = self.router.url.query_parameters
        if query.get("profile"):
            self.profile, self.mode = views.teaching_view(said, key=secrets.token_hex(4)), "profile"
        elif query.get("new") and said.is_ready:
            await self._edit(views.new_editor(said, key=secrets.token_hex(4)), said)
        elif query.get("edit"):
            offering_id = str(query["edit"])
            try:
                one = await self._read(own_offerings.one, offering_id=offering_id)
            except DomainError:
                self.mode = "list"
                self._say("We cannot find that offering.", kind="sun")
                return rx.redirect(HOME, replace=True)
            self.files = views.file_views(one.files)
            url = self._platform().settings.public_url
            await self._edit(views.editor_of(one, key=secrets.token_hex(4), public_url=url), said)
        else:
            self.mode = "list"
        return None

    @rx.event
    @require(Role.INSTRUCTOR)
    async def refresh(self) -> None:
        """Something of this instructor's changed: read the list and the files again; what is typed stays."""
        await self._list(await self._read(teaching.teaching))
        if self.mode == "offering":
            await self._refresh_files()

    # --- the list

    @rx.event
    @require(Role.INSTRUCTOR)
    async def switch(self, offering_id: str) -> Any:
        """Offer it, or no more; what needs editing first opens in the editor."""
        row = next((row for row in self.rows if row.id == offering_id), None)
        if row is None:
            return
        try:
            await self._run(offerings.set_active, offering_id=row.id, is_active=not row.is_active)
        except InvalidInput as refused:
            self._say("This cannot be offered yet", refused.message, kind="sun")
            return
        self._say(f"{row.title} is {'no longer offered' if row.is_active else 'offered now'}")
        await self._list(await self._read(teaching.teaching))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def duplicate(self, offering_id: str) -> Any:
        """Copy an offering and open the copy."""
        copy = await self._run(offerings.duplicate, offering_id=str(offering_id))
        self._say("Copied", "The copy is not offered until you switch it on.")
        return rx.redirect(f"{HOME}?edit={copy.id}")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def step(self, offering_id: str, by: int) -> None:
        """Move an offering one place up (-1) or down (1)."""
        ids = [row.id for row in self.rows]
        if offering_id in ids and by in (-1, 1):
            await self._move(offering_id, ids.index(offering_id) + by)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def drop(self, told: str) -> None:
        """Put a row where it was dropped: "id:place" (``assets/editor.js``)."""
        offering_id, _, place = str(told).rpartition(":")
        if place.isdecimal() and len(place) < 4 and any(row.id == offering_id for row in self.rows):
            await self._move(offering_id, int(place))

    async def _move(self, offering_id: str, to: int) -> None:
        if not 0 <= to < len(self.rows):
            return
        await self._run(offerings.move, offering_id=offering_id, to=to)
        await self._list(await self._read(teaching.teaching))
        title = next((row.title for row in self.rows if row.id == offering_id), "")
        self.moved = f"{title} is now number {to + 1} of {len(self.rows)}"

    # --- the editor

    @rx.event
    @require(Role.INSTRUCTOR)
    async def type_in(self, name: str, value: str) -> None:
        """Keep what prices depend on and draw the preview again."""
        if name not in _PRICED:
            return
        self._typed = {**self._typed, name: str(value)[:_MOST_TYPED]}
        await self._draw_preview()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def add_length(self) -> None:
        """Show a further row of length and price."""
        free = [row for row in range(ROWS) if row not in self.shown_rows]
        if free and not self.editor.offering_id:
            self.shown_rows = [*self.shown_rows, free[0]]
            await self._draw_preview()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_length(self, row: int) -> None:
        """Take a row of length and price away."""
        if row in self.shown_rows and len(self.shown_rows) > 1:
            self.shown_rows = [one for one in self.shown_rows if one != row]
            self.errors = {
                name: "" if name in (f"minutes{row}", f"amount{row}", f"credits{row}") else said
                for name, said in self.errors.items()
            }
            await self._draw_preview()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save(self, form: dict[str, Any]) -> Any:
        """Store what the editor holds; every fault is shown at its field, and nothing is stored with one."""
        typed = {str(name): str(value)[:_MOST_TYPED] for name, value in form.items()}
        self.saving = True
        yield
        try:
            draft, wrong = views.typed_draft(typed, self.shown_rows, self._currency)
            if wrong:
                wrong = await self._read(offerings.faults, draft=draft) | wrong
                raise InvalidInput(next(iter(wrong.values())), fields=wrong)
            if self.editor.offering_id:
                await self._run(offerings.edit, offering_id=self.editor.offering_id, draft=draft)
                self._say("Offering saved", "New bookings get these terms. Those you have keep theirs.")
            else:
                made = await self._run(offerings.create, draft=draft)
                self._say(f"{len(made)} offerings made" if len(made) > 1 else "Offering made")
        except InvalidInput as refused:
            fields = refused.details.get("fields", {refused.field or "title": refused.message})
            self.errors = views.at_fields(fields, self.shown_rows)
            return
        finally:
            self.saving = False
        self.errors = views.no_errors()
        yield rx.redirect(HOME)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_file(self, material_id: str) -> None:
        """Take a file away from the offering that is open."""
        await self._call(materials.remove, self._actor(), material_id=str(material_id))
        self._say("File removed")
        await self._refresh_files()

    # --- what they say about themselves

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save_profile(self, form: dict[str, Any]) -> Any:
        """Store headline, text, rate, courses and subjects."""
        rate_text = str(form.get("rate", "")).strip()
        wrong: dict[str, str] = {}
        rate = None
        if rate_text:
            try:
                rate = read_amount(rate_text, self._currency).minor
            except ValueError:
                wrong["rate"] = "Please enter an amount such as 32.00, or leave it empty."
        if wrong:
            self.errors = views.at_fields(wrong)
            return None
        try:
            await self._run(
                teaching.change_teaching,
                headline=str(form.get("headline", ""))[:_MOST_TYPED],
                bio=str(form.get("bio", ""))[: 2 * _MOST_TYPED],
                hourly_rate_minor=rate,
                course_ids=[one.id for one in self.profile.courses if form.get(f"teaches {one.id}")],
                subject_ids=[one.id for one in self.profile.subjects if form.get(f"teaches {one.id}")],
            )
        except InvalidInput as refused:
            self.errors = views.at_fields(refused.details.get("fields", {}))
            return None
        self.errors = views.no_errors()
        self._say("Saved", "Students see it on your profile.")
        return rx.redirect(HOME)

    # --- inside

    def _person_id(self) -> str:
        return self._identity.person_id if self._identity is not None else ""

    async def _list(self, said: Teaching) -> None:
        self.rows = views.offering_rows(await self._read(own_offerings.listing))
        self.has_subjects = said.is_ready

    async def _refresh_files(self) -> None:
        if self.editor.offering_id:
            found = await self._read(materials.of_offering, offering_id=self.editor.offering_id)
            self.files = views.file_views(found)

    async def _edit(self, editor: EditorView, said: Teaching) -> None:
        self.about_options = views.about_options(said)
        if editor.about not in {option.value for option in self.about_options}:
            self.about_options = [OptionView("", "Choose what it is about"), *self.about_options]
            editor = views.about_nothing(editor)
        self.policy_options = views.policy_options(self._platform().settings)
        self.shown_rows = [0]
        if not editor.offering_id:
            self.files = []
        self._typed = views.typed_of(editor)
        self.editor, self.mode = editor, "offering"
        await self._draw_preview()

    async def _draw_preview(self) -> None:
        draft, wrong = views.typed_draft(self._typed, self.shown_rows, self._currency)
        found = await self._read(own_offerings.preview, draft=views.priceable(draft, wrong))
        self.preview = views.price_lines(found, self._platform().settings)


_PRICED = frozenset(
    {"pay", "about", *(f"{name}{row}" for name in ("minutes", "amount", "credits") for row in range(ROWS))}
)
"""The fields that prices depend on."""
