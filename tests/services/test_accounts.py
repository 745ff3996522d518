"""Accounts: who gets in, who does not, and what nobody can find out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    RateLimited,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import GuardianLink, InstructorProfile, LoginSession, PasswordReset, Person
from sessions_app.services import accounts, api_tokens, identity, passwords
from sessions_app.services.accounts import Login
from sessions_app.services.identity import Identities, Identity
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from tests.doubles.clock import StoppedClock
from tests.doubles.limiter import ClockedLimiter
from tests.services.world import World

PASSWORD = "correct horse battery"
HERE = "203.0.113.7"


@pytest.fixture
def platform(platform: Platform, clock: StoppedClock) -> Platform:
    return replace(platform, limiter=ClockedLimiter(clock))


def sign_up(platform: Platform, **facts: Any) -> Identity:
    given = {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "password": PASSWORD,
        "role": Role.STUDENT,
        "timezone": "Europe/Paris",
    }
    return accounts.sign_up(platform, **(given | facts))


def sign_in(platform: Platform, password: str = PASSWORD, **facts: Any) -> Login:
    given = {"email": "ada@example.org", "password": password, "address": HERE}
    return accounts.sign_in(platform, **(given | facts))


def who_is(platform: Platform, token: str) -> Identity | None:
    return platform.read(identity.for_cookie, Actor.anonymous(), token=token)


def person(platform: Platform, person_id: str) -> Person:
    return platform.read(lambda work: work.db.get_one(Person, person_id), Actor.system())


def rows(platform: Platform, table: Any) -> list[Any]:
    return platform.read(lambda work: list(work.db.exec(select(table))), Actor.system())


# signing up


def test_signing_up_stores_a_hash_and_never_the_password(platform: Platform) -> None:
    made = sign_up(platform)
    stored = person(platform, made.person_id)
    assert stored.password_hash is not None
    assert stored.password_hash.startswith("$argon2id$")
    assert PASSWORD not in stored.password_hash


def test_an_address_is_kept_in_lower_case_and_without_spaces(platform: Platform) -> None:
    assert sign_up(platform, email="  Ada@Example.ORG ").email == "ada@example.org"


def test_an_address_has_one_account_however_it_is_spelt(platform: Platform) -> None:
    sign_up(platform)
    with pytest.raises(InvalidInput) as refused:
        sign_up(platform, email="ADA@example.org")
    assert (refused.value.field, refused.value.details["reason"]) == ("email", "email_taken")


def test_of_two_people_signing_up_with_one_address_at_once_one_gets_it(platform: Platform) -> None:
    def attempt(number: int) -> bool:
        try:
            sign_up(platform, name=f"Ada {number}")
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"email": "ada@nowhere"}, "email"),
        ({"email": "a" * 300 + "@example.org"}, "email"),
        ({"password": "ninechars"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Ada\x07"}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "localtime"}, "timezone"),
        ({"role": Role.ADMIN}, "role"),
        ({"role": Role.ASSISTANT}, "role"),
    ],
)
def test_signing_up_names_the_field_it_refuses(platform: Platform, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sign_up(platform, **facts)
    assert refused.value.field == field
    assert rows(platform, Person) == []


def test_ten_characters_are_enough_for_a_password(platform: Platform) -> None:
    sign_up(platform, password="ten chars!")
    assert sign_in(platform, "ten chars!")


def test_an_instructor_gets_a_profile_that_follows_the_deployments_limits(platform: Platform) -> None:
    made = sign_up(platform, role=Role.INSTRUCTOR)
    (profile,) = rows(platform, InstructorProfile)
    assert (profile.person_id, profile.buffer_minutes) == (made.person_id, None)


def test_only_the_platform_makes_staff(platform: Platform, world: World) -> None:
    facts: dict[str, Any] = {
        "name": "Sam",
        "email": "sam@example.org",
        "password_hash": None,
        "role": Role.ASSISTANT,
        "timezone": "UTC",
    }
    student = world.student()
    with pytest.raises(NotAllowed):
        platform.run(accounts.add_person, Actor(student.id, Role.STUDENT), **facts)
    assert platform.run(accounts.add_person, Actor.system(), **facts).role is Role.ASSISTANT


def test_script_in_a_name_is_kept_as_text(platform: Platform) -> None:
    assert sign_up(platform, name="<script>alert(1)</script>").name == "<script>alert(1)</script>"


# signing in and out


def test_the_right_password_signs_in_whatever_the_case_of_the_address(platform: Platform) -> None:
    made = sign_up(platform)
    assert sign_in(platform, email="Ada@EXAMPLE.org").identity == made


def test_a_password_may_be_typed_composed_or_decomposed(platform: Platform) -> None:
    sign_up(platform, password="crème brûlée")
    assert sign_in(platform, "cre\u0300me bru\u0302le\u0301e")


def test_a_wrong_password_and_an_unknown_address_are_refused_in_the_same_words(platform: Platform) -> None:
    sign_up(platform)
    with pytest.raises(Unauthenticated) as wrong:
        sign_in(platform, "not the password")
    with pytest.raises(Unauthenticated) as unknown:
        sign_in(platform, email="nobody@example.org")
    assert str(wrong.value) == str(unknown.value)


def test_a_child_without_an_account_cannot_sign_in(platform: Platform, world: World) -> None:
    world.person("Kim", Role.STUDENT, email=None)
    with pytest.raises(Unauthenticated):
        sign_in(platform, email="")


def test_a_deactivated_person_is_out_at_once(platform: Platform, clock: StoppedClock) -> None:
    made = sign_up(platform)
    login = sign_in(platform)

    def deactivate(work: UnitOfWork) -> None:
        work.db.get_one(Person, made.person_id).deactivated_at = work.now

    platform.run(deactivate, Actor.system())
    assert who_is(platform, login.token) is None
    with pytest.raises(Unauthenticated):
        sign_in(platform)


def test_the_cookies_token_is_not_in_the_database(platform: Platform) -> None:
    sign_up(platform)
    login = sign_in(platform)
    (stored,) = rows(platform, LoginSession)
    assert login.token not in (stored.id, stored.token_hash)
    assert who_is(platform, stored.token_hash) is None


def test_a_login_lasts_30_days_or_one_when_not_kept(platform: Platform, clock: StoppedClock) -> None:
    sign_up(platform)
    kept, passing = sign_in(platform, keep=True), sign_in(platform, keep=False)
    clock.advance(hours=23, minutes=59)
    assert who_is(platform, passing.token)
    clock.advance(minutes=1)
    assert who_is(platform, passing.token) is None
    clock.advance(days=28, hours=23)
    assert who_is(platform, kept.token)
    clock.advance(hours=1)
    assert who_is(platform, kept.token) is None


def test_signing_out_ends_this_login_and_no_other(platform: Platform) -> None:
    sign_up(platform)
    here, elsewhere = sign_in(platform), sign_in(platform)
    platform.run(accounts.sign_out, Actor.anonymous(), token=here.token)
    platform.run(accounts.sign_out, Actor.anonymous(), token="unknown")
    assert who_is(platform, here.token) is None
    assert who_is(platform, elsewhere.token)


def test_a_weaker_hash_is_replaced_when_its_owner_signs_in(platform: Platform) -> None:
    from passlib.hash import argon2

    made = sign_up(platform)
    weak = argon2.using(memory_cost=1024, rounds=1, parallelism=1).hash(PASSWORD)

    def weaken(work: UnitOfWork) -> None:
        work.db.get_one(Person, made.person_id).password_hash = weak

    platform.run(weaken, Actor.system())
    sign_in(platform)
    assert person(platform, made.person_id).password_hash != weak
    assert sign_in(platform)


def test_only_a_few_passwords_are_hashed_at_once() -> None:
    hashing, most = [0], [0]

    def hash_one(_: int) -> None:
        with passwords.turn():
            hashing[0] += 1
            most[0] = max(most[0], hashing[0])
            time.sleep(0.01)
            hashing[0] -= 1

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(hash_one, range(32)))
    assert 1 <= most[0] <= passwords.AT_ONCE


# how often


def fail(platform: Platform, times: int, **facts: Any) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            sign_in(platform, "wrong password", **facts)


def test_after_ten_failures_an_account_waits_even_with_the_right_password(
    platform: Platform, clock: StoppedClock
) -> None:
    sign_up(platform)
    fail(platform, 10)
    with pytest.raises(RateLimited) as refused:
        sign_in(platform)
    assert refused.value.details["retry_after"] == 15 * 60
    clock.advance(minutes=15)
    assert sign_in(platform)


def test_successes_are_not_counted(platform: Platform) -> None:
    sign_up(platform)
    fail(platform, 9)
    for _ in range(12):
        sign_in(platform)


def test_ten_failures_of_one_account_do_not_stop_another(platform: Platform) -> None:
    sign_up(platform)
    fail(platform, 10, email="grace@example.org")
    assert sign_in(platform)


def test_an_account_is_one_account_however_its_address_is_spelt(platform: Platform) -> None:
    sign_up(platform)
    fail(platform, 5)
    fail(platform, 5, email=" ADA@example.org")
    with pytest.raises(RateLimited):
        sign_in(platform)


def test_after_a_hundred_failures_an_address_waits_whatever_the_account(platform: Platform) -> None:
    for number in range(100):
        fail(platform, 1, email=f"nobody{number}@example.org")
    sign_up(platform)
    with pytest.raises(RateLimited):
        sign_in(platform)
    assert sign_in(platform, address="198.51.100.1")


def test_parallel_guesses_do_not_slip_past_the_count(platform: Platform) -> None:
    sign_up(platform)

    def guess(number: int) -> type[Exception]:
        try:
            sign_in(platform, f"guess number {number}")
        except (Unauthenticated, RateLimited) as refused:
            return type(refused)
        raise AssertionError("signed in")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count(Unauthenticated) <= 10


# a forgotten password


def ask(platform: Platform, email: str = "ada@example.org", address: str = HERE) -> None:
    accounts.request_password_reset(platform, email=email, address=address)


def mailed_token(platform: Platform, world: World) -> str:
    mail = world.mails("password-reset")[-1]
    return accounts.reset_url(platform.settings, mail.facts["reset_id"]).partition("token=")[2]


@pytest.fixture
def ada(platform: Platform) -> Identity:
    return sign_up(platform)


def test_a_mailed_link_sets_a_new_password_once(platform: Platform, world: World, ada: Identity) -> None:
    ask(platform, " ADA@example.org ")
    token = mailed_token(platform, world)
    accounts.reset_password(platform, token=token, password="a wholly new one")
    assert sign_in(platform, "a wholly new one")
    with pytest.raises(Unauthenticated):
        sign_in(platform)
    with pytest.raises(InvalidInput) as refused:
        accounts.reset_password(platform, token=token, password="and another one")
    assert refused.value.field == "token"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(platform: Platform, world: World) -> None:
    ask(platform, "nobody@example.org")
    ask(platform, "not an address")
    assert world.mails("password-reset") == []


def test_a_link_ends_after_an_hour(
    platform: Platform, world: World, clock: StoppedClock, ada: Identity
) -> None:
    ask(platform)
    clock.advance(hours=1)
    with pytest.raises(InvalidInput):
        accounts.reset_password(platform, token=mailed_token(platform, world), password="too late for this")


def test_a_weak_password_leaves_the_link_usable(platform: Platform, world: World, ada: Identity) -> None:
    ask(platform)
    token = mailed_token(platform, world)
    with pytest.raises(InvalidInput) as refused:
        accounts.reset_password(platform, token=token, password="short")
    assert refused.value.field == "password"
    accounts.reset_password(platform, token=token, password="long enough now")


def test_neither_the_token_nor_its_link_is_stored(platform: Platform, world: World, ada: Identity) -> None:
    ask(platform)
    token = mailed_token(platform, world)
    (stored,) = rows(platform, PasswordReset)
    (mail,) = world.mails("password-reset")
    assert token not in str(stored.model_dump())
    assert token not in str(mail.facts)


def test_a_reset_ends_every_login_api_session_and_older_link(
    platform: Platform, world: World, ada: Identity
) -> None:
    login = sign_in(platform)
    pair = api_tokens.sign_in(platform, email="ada@example.org", password=PASSWORD, address=HERE)
    ask(platform)
    older = mailed_token(platform, world)
    ask(platform)
    accounts.reset_password(platform, token=mailed_token(platform, world), password="a wholly new one")
    assert who_is(platform, login.token) is None
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    with pytest.raises(InvalidInput):
        accounts.reset_password(platform, token=older, password="by an older link")


def test_of_parallel_uses_of_one_link_one_counts(platform: Platform, world: World, ada: Identity) -> None:
    ask(platform)
    token = mailed_token(platform, world)

    def use(number: int) -> bool:
        try:
            accounts.reset_password(platform, token=token, password=f"new password {number}")
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]


def test_an_address_may_ask_five_times_an_hour(platform: Platform, clock: StoppedClock) -> None:
    for number in range(5):
        ask(platform, f"nobody{number}@example.org")
    with pytest.raises(RateLimited) as refused:
        ask(platform)
    assert refused.value.details["retry_after"] == 3600
    clock.advance(hours=1)
    ask(platform)


def test_a_mailbox_is_not_flooded_from_many_addresses(
    platform: Platform, world: World, ada: Identity
) -> None:
    for number in range(9):
        ask(platform, address=f"203.0.113.{number}")
    assert len(world.mails("password-reset")) == 5


# what people choose


def acting(identity: Identity) -> Actor:
    return identity.actor


def test_a_person_changes_name_zone_and_clock(platform: Platform, ada: Identity) -> None:
    changed = platform.run(
        accounts.change_profile, acting(ada), name=" Ada  King ", timezone="Asia/Kathmandu", hour_cycle="h12"
    )
    assert (changed.name, changed.timezone, changed.hour_cycle) == ("Ada King", "Asia/Kathmandu", "h12")
    assert platform.read(accounts.profile, acting(ada)).identity == changed


@pytest.mark.parametrize(
    "facts", [{"name": ""}, {"timezone": "Nowhere"}, {"hour_cycle": "13"}], ids=["name", "zone", "clock"]
)
def test_a_choice_that_cannot_be_is_refused_whole(
    platform: Platform, ada: Identity, facts: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        platform.run(accounts.change_profile, acting(ada), **({"name": "Other"} | facts))
    assert platform.read(accounts.profile, acting(ada)).identity == ada


def test_reminders_are_on_until_switched_off(platform: Platform, ada: Identity) -> None:
    platform.run(accounts.choose_reminder, acting(ada), name="reminder.email.1h", is_on=False)
    shown = platform.read(accounts.profile, acting(ada)).reminders
    assert shown == {"reminder.email.24h": True, "reminder.email.1h": False, "reminder.email.15m": True}
    platform.run(accounts.choose_reminder, acting(ada), name="reminder.email.1h", is_on=True)
    assert all(platform.read(accounts.profile, acting(ada)).reminders.values())


def test_an_unknown_reminder_is_refused(platform: Platform, ada: Identity) -> None:
    with pytest.raises(InvalidInput):
        platform.run(accounts.choose_reminder, acting(ada), name="is_admin", is_on=True)


def test_nobody_has_no_profile(platform: Platform) -> None:
    with pytest.raises(Unauthenticated):
        platform.read(accounts.profile, Actor.anonymous())


def test_a_guardian_adds_a_child_with_every_right(platform: Platform) -> None:
    guardian = sign_up(platform, role=Role.GUARDIAN)
    child = platform.run(accounts.add_child, acting(guardian), name="Kim", timezone="Europe/Paris")
    assert platform.read(accounts.profile, acting(guardian)).children == (child,)
    assert not child.has_account
    (link,) = rows(platform, GuardianLink)
    assert link.rights == {"book", "pay", "view", "cancel"}
    assert person(platform, child.person_id).role is Role.STUDENT


def test_others_than_guardians_have_no_children(platform: Platform, ada: Identity) -> None:
    with pytest.raises(NotAllowed):
        platform.run(accounts.add_child, acting(ada), name="Kim", timezone="UTC")
    assert platform.read(accounts.profile, acting(ada)).children == ()


# who is asking


def test_a_sign_out_is_noticed_within_five_seconds_and_at_once_where_it_happens(
    platform: Platform, clock: StoppedClock, ada: Identity
) -> None:
    here, elsewhere = Identities(platform), Identities(platform)
    login = sign_in(platform)
    assert here.for_cookie(login.token) == elsewhere.for_cookie(login.token) == ada
    platform.run(accounts.sign_out, Actor.anonymous(), token=login.token)
    here.forget()
    assert here.for_cookie(login.token) is None
    clock.advance(seconds=5)
    assert elsewhere.for_cookie(login.token) is None


def test_what_was_read_before_a_sign_out_is_not_kept_after_it(platform: Platform, ada: Identity) -> None:
    login = sign_in(platform)
    identities = Identities(platform)

    class ForgetfulPlatform:
        clock = platform.clock

        def read(self, *question: Any, **facts: Any) -> Any:
            answer = platform.read(*question, **facts)
            platform.run(accounts.sign_out, Actor.anonymous(), token=login.token)
            identities.forget()
            return answer

    identities._platform = ForgetfulPlatform()  # type: ignore[assignment]
    assert identities.for_cookie(login.token) == ada
    assert identities.kept_for_cookie(login.token) == (False, None)


def test_what_people_do_with_their_account_is_audited(platform: Platform, ada: Identity) -> None:
    from sessions_app.models import AuditEntry

    login = sign_in(platform)
    platform.run(accounts.change_profile, acting(ada), timezone="UTC")
    platform.run(accounts.sign_out, acting(ada), token=login.token)
    actions = platform.read(
        lambda work: work.db.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all(),
        Actor.system(),
    )
    assert actions == ["person.added", "login.started", "person.changed", "login.ended"]


def test_a_new_password_needs_the_present_one_and_ends_every_other_login(platform: Platform) -> None:
    me = sign_up(platform)
    here, elsewhere = sign_in(platform), sign_in(platform)
    pair = api_tokens.sign_in(platform, email="ada@example.org", password=PASSWORD, address=HERE)

    def change(current: str, password: str = "a wholly new one") -> None:
        accounts.change_password(
            platform, me.actor, current=current, password=password, login_token=here.token
        )

    with pytest.raises(InvalidInput) as refused:
        change("not my password")
    assert refused.value.field == "current_password"
    with pytest.raises(InvalidInput) as refused:
        change(PASSWORD, "short")
    assert refused.value.field == "password"
    assert who_is(platform, elsewhere.token) is not None

    change(PASSWORD)

    assert who_is(platform, here.token) == me
    assert who_is(platform, elsewhere.token) is None
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    with pytest.raises(Unauthenticated):
        sign_in(platform)
    assert sign_in(platform, "a wholly new one").identity == me


def test_guessing_the_present_password_counts_as_guessing_at_the_door(platform: Platform) -> None:
    me = sign_up(platform)
    for _ in range(10):
        with pytest.raises(InvalidInput):
            accounts.change_password(
                platform, me.actor, current="a guess", password="a wholly new one", login_token=""
            )
    with pytest.raises(RateLimited):
        accounts.change_password(
            platform, me.actor, current=PASSWORD, password="a wholly new one", login_token=""
        )
    with pytest.raises(RateLimited):
        sign_in(platform)
