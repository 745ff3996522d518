"""Every handler is guarded, every refusal is shown, and a tab belongs to the person of its connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import reflex as rx
from reflex.istate.proxy import StateProxy
from reflex_base.event import Event

from sessions_app.domain.errors import SlotTaken, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.services import accounts
from sessions_app.services.identity import Identities, Identity
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.state.base import AppState, cookie_of, guard_of, public, require
from sessions_app.state.session_binding import SessionBinding
from sessions_app.state.views import NO_PROBLEM, VisitorView, initials
from tests.doubles.clock import StoppedClock
from tests.state.conftest import Tab, run


class DeskState(AppState):
    """A state with one handler of each kind."""

    notes: str = ""
    _secret: str = ""

    @rx.event
    @public
    async def look(self) -> None:
        self.notes += "looked "

    @rx.event
    @require()
    async def write(self, text: str) -> None:
        self.notes = text
        self._secret = text

    @rx.event
    @require(Role.INSTRUCTOR)
    def teach(self) -> Any:
        self.notes = "taught"
        return rx.redirect("/taught")

    @rx.event
    @require(Role.INSTRUCTOR, Role.ADMIN)
    def prepare(self) -> Iterator[Any]:
        self.notes = "preparing"
        yield
        self.notes = "prepared"
        yield rx.redirect("/prepared")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def grade(self) -> AsyncIterator[Any]:
        self.notes = "grading"
        yield rx.redirect("/graded")
        raise SlotTaken

    @rx.event(background=True)
    @require(Role.INSTRUCTOR)
    async def tidy(self) -> None:
        async with self:
            self.notes = "tidied"
        raise SlotTaken("Somebody else tidies.")

    @rx.event
    @require()
    async def refuse(self) -> None:
        self.notes = "before"
        raise SlotTaken

    @rx.event
    @require()
    async def lose_the_login(self) -> None:
        raise Unauthenticated

    @rx.event
    @public
    async def break_down(self) -> None:
        self.notes = "half"
        raise ZeroDivisionError("the secret of it")

    @rx.event
    @require()
    async def rename(self, name: str) -> None:
        await self._run(accounts.change_profile, name=name)
        self.notes = (await self._read(accounts.profile)).identity.name

    @rx.event
    @require()
    async def ask_the_platform(self) -> None:
        self.notes = await self._call(lambda platform: platform.settings.app_name)


def signed_up(platform: Platform, name: str, role: Role = Role.STUDENT, **facts: Any) -> Identity:
    def add(work: UnitOfWork) -> Identity:
        from sessions_app.services.identity import identity_of

        return identity_of(
            accounts.add_person(
                work,
                name=name,
                email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
                password_hash=None,
                role=role,
                timezone="Asia/Kathmandu",
                **facts,
            )
        )

    return platform.run(add, Actor.system())


def cookie(platform: Platform, identity: Identity) -> str:
    login = platform.run(accounts.start_login, identity.actor, identity=identity)
    return f"theme=dark; sid={login.token}; tz=America/New_York"


@pytest.fixture
def alice(platform: Platform) -> Identity:
    return signed_up(platform, "Alice Abel")


@pytest.fixture
def tina(platform: Platform) -> Identity:
    return signed_up(platform, "Tina Teach", Role.INSTRUCTOR)


def target(event: Any) -> str:
    return str({str(name): value for name, value in event.args}["path"]).strip('"')


# guards


def test_a_public_handler_serves_everybody(tab: Tab) -> None:
    assert tab.send(DeskState, "look") == []
    assert tab.state(DeskState).notes == "looked "


@pytest.mark.parametrize("handler", ["teach", "prepare", "grade", "refuse", "rename"])
def test_nobody_is_led_to_the_sign_in_page_and_back(tab: Tab, handler: str) -> None:
    tab.connect(path="/courses/c1/book?step=2")
    payload = {"name": "x"} if handler == "rename" else {}
    (event,) = tab.send(DeskState, handler, **payload)
    assert target(event) == "/login?next=%2Fcourses%2Fc1%2Fbook%3Fstep%3D2"
    assert tab.state(DeskState).notes == ""


@pytest.mark.parametrize("handler", ["teach", "prepare", "grade"])
def test_another_role_is_led_home_and_told(
    tab: Tab, platform: Platform, alice: Identity, handler: str
) -> None:
    tab.connect(cookie=cookie(platform, alice))
    (event,) = tab.send(DeskState, handler)
    assert target(event) == "/"
    assert tab.state(DeskState).notes == ""
    assert [toast.kind for toast in tab.state(AppState).toasts] == ["sun"]


def test_the_right_role_is_served_by_plain_async_and_generator_handlers(
    tab: Tab, platform: Platform, tina: Identity
) -> None:
    tab.connect(cookie=cookie(platform, tina))
    assert [target(event) for event in tab.send(DeskState, "teach")] == ["/taught"]
    assert [target(event) for event in tab.send(DeskState, "prepare")] == ["/prepared"]
    assert tab.state(DeskState).notes == "prepared"
    assert [target(event) for event in tab.send(DeskState, "grade")] == ["/graded"]
    assert tab.state(AppState).problem.code == "slot_taken"


def test_a_guard_without_brackets_is_a_mistake_found_at_once() -> None:
    def handler(self: AppState) -> None: ...

    with pytest.raises(TypeError):
        require(handler)  # type: ignore[arg-type]


def test_guards_can_be_read() -> None:
    assert guard_of(DeskState.event_handlers["look"].fn) == "public"
    assert guard_of(DeskState.event_handlers["write"].fn) == frozenset()
    assert guard_of(DeskState.event_handlers["tidy"].fn) == {Role.INSTRUCTOR}
    assert guard_of(DeskState.event_handlers["setvar"].fn) is None


def test_background_handlers_are_guarded_and_their_refusals_shown(
    tab: Tab, platform: Platform, tina: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Proxy(StateProxy):  # type: ignore[misc]
        """Locks nothing: there is one tab and no state manager here."""

        def __init__(self, state: AppState) -> None:
            super(StateProxy, self).__init__(state)

        async def __aenter__(self) -> Any:
            return self

        async def __aexit__(self, *error: Any) -> None:
            return None

        def __getattribute__(self, name: str) -> Any:
            if name in ("__aenter__", "__aexit__", "__class__", "__wrapped__"):
                return object.__getattribute__(self, name)
            return getattr(object.__getattribute__(self, "__wrapped__"), name)

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "__wrapped__":
                object.__setattr__(self, name, value)
            else:
                setattr(object.__getattribute__(self, "__wrapped__"), name, value)

    handler = DeskState.event_handlers["tidy"]
    assert handler.is_background
    tab.send(DeskState, "look")
    assert run(handler.fn(tab.state(DeskState))) is not None
    tab.connect(cookie=cookie(platform, tina))
    tab.send(DeskState, "look")
    assert run(handler.fn(Proxy(tab.state(DeskState)))) is None
    assert tab.state(DeskState).notes == "tidied"
    assert tab.state(AppState).problem.message == "Somebody else tidies."


# refusals


@pytest.fixture
def desk(tab: Tab, platform: Platform, alice: Identity) -> Tab:
    tab.connect(cookie=cookie(platform, alice))
    return tab


def test_a_refusal_is_shown_and_what_was_done_is_kept(desk: Tab) -> None:
    assert desk.send(DeskState, "refuse") == []
    problem = desk.state(AppState).problem
    assert (problem.code, problem.message) == ("slot_taken", SlotTaken.default_message)
    assert desk.state(DeskState).notes == "before"


def test_the_next_thing_a_person_does_forgets_the_last_refusal(desk: Tab) -> None:
    desk.send(DeskState, "refuse")
    desk.send(DeskState, "look")
    assert desk.state(AppState).problem == NO_PROBLEM


def test_what_happens_by_itself_leaves_the_refusal_to_be_read(desk: Tab) -> None:
    desk.send(DeskState, "refuse")
    desk.send(DeskState, "look", by_itself=True)
    assert desk.state(AppState).problem.code == "slot_taken"


def test_a_login_that_ended_meanwhile_leads_to_the_sign_in_page(desk: Tab) -> None:
    (event,) = desk.send(DeskState, "lose_the_login")
    assert target(event) == "/login"


def test_what_breaks_is_shown_with_a_reference_and_logged(
    desk: Tab, caplog: pytest.LogCaptureFixture
) -> None:
    desk.send(DeskState, "break_down")
    problem = desk.state(AppState).problem
    assert "secret" not in problem.message
    reference = problem.message.rpartition("Reference ")[2].rstrip(".")
    assert len(reference) == 12
    assert reference in caplog.text
    assert "sid=" not in caplog.text


def test_messages_can_be_dismissed_and_never_pile_up(tab: Tab) -> None:
    state = tab.state(AppState)
    for number in range(5):
        state._say(f"Message {number}")
    assert [toast.title for toast in state.toasts] == ["Message 2", "Message 3", "Message 4"]
    tab.send(AppState, "dismiss_toast", toast_id=state.toasts[1].id)
    assert [toast.title for toast in tab.state(AppState).toasts] == ["Message 2", "Message 4"]


def test_use_cases_run_as_the_person_of_the_connection(desk: Tab) -> None:
    desk.send(DeskState, "rename", name="Alice Ableton")
    assert desk.state(DeskState).notes == "Alice Ableton"
    desk.send(DeskState, "ask_the_platform")
    assert desk.state(DeskState).notes == "Sessions"


# the binding


def test_the_frame_shows_who_is_signed_in_and_their_zone(desk: Tab) -> None:
    desk.send(DeskState, "look")
    visitor = desk.state(AppState).visitor
    assert (visitor.ready, visitor.signed_in, visitor.name) == (True, True, "Alice Abel")
    assert (visitor.initials, visitor.role, visitor.zone) == ("AA", "student", "Asia/Kathmandu")
    assert desk.state(AppState)._viewer().zone == "Asia/Kathmandu"


@pytest.mark.parametrize(
    ("header", "zone", "cycle"),
    [
        ("tz=America/New_York; hc=12", "America/New_York", "h12"),
        ("tz=Mars/Olympus; hc=99", "Europe/Paris", "h23"),
        ("", "Europe/Paris", "h23"),
        ("nonsense;;=;tz", "Europe/Paris", "h23"),
    ],
)
def test_nobody_sees_times_as_their_device_shows_them(tab: Tab, header: str, zone: str, cycle: str) -> None:
    tab.connect(cookie=header)
    tab.send(DeskState, "look")
    visitor = tab.state(AppState).visitor
    assert (visitor.signed_in, visitor.zone, visitor.hour_cycle) == (False, zone, cycle)


@pytest.mark.parametrize(
    ("told", "first"),
    [("1", 0), ("6", 5), ("7", 6), ("", 0), ("0", 0), ("8", 0), ("-1", 0), ("07", 0), ("7.5", 0), ("٧", 0)],
)
def test_weeks_begin_as_the_device_says_and_else_with_monday(tab: Tab, told: str, first: int) -> None:
    tab.connect(cookie=f"ws={told}; tz=UTC")
    tab.send(DeskState, "look")
    assert tab.state(AppState)._first_weekday() == first


@pytest.mark.parametrize("thief", ["another person", "nobody", "a made-up login"])
def test_a_stolen_tab_token_finds_an_empty_state(desk: Tab, platform: Platform, thief: str) -> None:
    desk.send(DeskState, "write", text="private notes of alice")
    cookies = {"nobody": "", "a made-up login": "sid=made-up"}
    desk.connect(
        cookie=cookies[thief] if thief in cookies else cookie(platform, signed_up(platform, "Mallory"))
    )
    desk.send(DeskState, "look")
    state = desk.state(DeskState)
    assert (state.notes, state._secret) == ("looked ", "")
    assert desk.state(AppState).visitor.name in ("", "Mallory")


def test_what_nobody_did_is_not_shown_to_the_person_who_signs_in_next(
    tab: Tab, platform: Platform, alice: Identity
) -> None:
    tab.send(DeskState, "look")
    tab.connect(cookie=cookie(platform, alice))
    tab.send(DeskState, "look")
    assert tab.state(DeskState).notes == "looked "


def test_the_same_person_keeps_their_state_over_a_new_login(
    desk: Tab, platform: Platform, alice: Identity
) -> None:
    desk.send(DeskState, "write", text="a draft")
    desk.connect(cookie=cookie(platform, alice))
    desk.send(DeskState, "look")
    assert desk.state(DeskState).notes == "a draftlooked "


def test_signing_out_empties_every_tab_at_its_next_event(
    desk: Tab, platform: Platform, identities: Identities, clock: StoppedClock
) -> None:
    desk.send(DeskState, "write", text="private notes of alice")
    token = cookie_of(desk.root.router.headers.cookie, "sid")
    platform.run(accounts.sign_out, Actor.anonymous(), token=token)
    clock.advance(seconds=5)
    (event,) = desk.send(DeskState, "write", text="after the end")
    assert target(event).startswith("/login")
    assert desk.state(DeskState).notes == ""


def test_a_change_of_profile_reaches_open_tabs(
    desk: Tab, platform: Platform, alice: Identity, clock: StoppedClock
) -> None:
    desk.send(DeskState, "look")
    platform.run(accounts.change_profile, alice.actor, timezone="UTC", hour_cycle="h12")
    clock.advance(seconds=5)
    desk.send(DeskState, "look")
    visitor = desk.state(AppState).visitor
    assert (visitor.zone, visitor.hour_cycle) == ("UTC", "h12")


def load(tab: Tab, event: str) -> None:
    run(SessionBinding().preprocess(None, tab.root, Event(name=f"reflex___state____state.{event}")))


def test_opening_a_page_forgets_the_last_refusal_and_keeps_what_was_said(desk: Tab) -> None:
    desk.send(DeskState, "refuse")
    desk.state(AppState)._say("Saved")
    load(desk, "reflex___state____on_load_internal_state.on_load_internal")
    assert desk.state(AppState).problem == NO_PROBLEM
    assert [toast.title for toast in desk.state(AppState).toasts] == ["Saved"]


def test_loading_the_document_again_starts_quietly(desk: Tab) -> None:
    desk.send(DeskState, "refuse")
    desk.state(AppState)._say("Saved")
    load(desk, "hydrate_and_load")
    assert (desk.state(AppState).problem, desk.state(AppState).toasts) == (NO_PROBLEM, [])


# small things


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("sid=abc", "abc"),
        ("a=1; sid=abc; b=2", "abc"),
        ('sid="abc"', "abc"),
        ("xsid=no; sid=abc", "abc"),
        ("sid=a=b", "a=b"),
        ("", ""),
        ("sid", ""),
    ],
)
def test_a_cookie_is_found_by_its_whole_name(header: str, value: str) -> None:
    assert cookie_of(header, "sid") == value


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada", "A"), ("Ada Lovelace", "AL"), ("Ada de la Vega", "AV"), ("élan vital", "ÉV"), ("", "")],
)
def test_initials_are_of_the_first_and_the_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_visitor_holds_nothing_that_must_not_be_seen(alice: Identity) -> None:
    shown = VisitorView.of(alice, zone="UTC", hour_cycle="h23")
    assert "alice@example.org" not in repr(shown)
