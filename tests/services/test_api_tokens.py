"""API sessions: short access tokens, and refresh tokens that work once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from sessions_app.domain.errors import Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Person
from sessions_app.services import accounts, api_tokens
from sessions_app.services.api_tokens import TokenPair
from sessions_app.services.identity import Identity
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(platform: Platform) -> Identity:
    return accounts.sign_up(
        platform, name="Ada", email="ada@example.org", password=PASSWORD, role=Role.STUDENT, timezone="UTC"
    )


@pytest.fixture
def pair(platform: Platform, ada: Identity) -> TokenPair:
    return api_tokens.sign_in(platform, email="ada@example.org", password=PASSWORD, address="203.0.113.7")


def person_of(platform: Platform, token: str) -> str:
    return api_tokens.person_of(platform.settings, token, now=platform.clock.now())


def forged(pair: TokenPair, **claims: Any) -> dict[str, Any]:
    known = jwt.decode(pair.access_token, options={"verify_signature": False})
    return known | claims


def test_an_access_token_names_its_person_for_fifteen_minutes(
    platform: Platform, clock: StoppedClock, ada: Identity, pair: TokenPair
) -> None:
    clock.advance(seconds=pair.expires_in - 1)
    assert person_of(platform, pair.access_token) == ada.person_id
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        person_of(platform, pair.access_token)


def test_tokens_of_another_secret_deployment_or_kind_are_refused(platform: Platform, pair: TokenPair) -> None:
    own_key = api_tokens._key(platform.settings)
    forgeries = [
        "",
        "x.y.z",
        pair.refresh_token,
        jwt.encode(forged(pair), "another secret that is long enough", algorithm="HS256"),
        jwt.encode(forged(pair), platform.settings.secret_key, algorithm="HS256"),
        jwt.encode(forged(pair), None, algorithm="none"),
        jwt.encode(forged(pair, aud="https://elsewhere.example/api"), own_key, algorithm="HS256"),
        jwt.encode(forged(pair, iss="https://elsewhere.example"), own_key, algorithm="HS256"),
        jwt.encode(forged(pair, exp="soon"), own_key, algorithm="HS256"),
        jwt.encode(forged(pair, exp=10**30), own_key, algorithm="HS256"),
    ]
    for token in forgeries:
        with pytest.raises(Unauthenticated):
            person_of(platform, token)


def test_a_token_made_with_another_secret_key_is_refused(platform: Platform, pair: TokenPair) -> None:
    rotated = parse_settings(secret_key="a new secret after the old one leaked")
    with pytest.raises(Unauthenticated):
        api_tokens.person_of(rotated, pair.access_token, now=platform.clock.now())


def test_a_refresh_token_gives_the_next_pair(platform: Platform, ada: Identity, pair: TokenPair) -> None:
    following = api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    assert following.refresh_token != pair.refresh_token
    assert person_of(platform, following.access_token) == ada.person_id


def test_a_replayed_refresh_token_ends_its_whole_family(platform: Platform, pair: TokenPair) -> None:
    following = api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=following.refresh_token)


def test_another_sign_in_is_another_family(platform: Platform, pair: TokenPair) -> None:
    other = api_tokens.sign_in(platform, email="ada@example.org", password=PASSWORD, address="203.0.113.7")
    api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)
    assert api_tokens.refresh(platform, refresh_token=other.refresh_token)


def test_of_parallel_uses_of_one_refresh_token_at_most_one_succeeds(
    platform: Platform, pair: TokenPair
) -> None:
    def use(_: int) -> bool:
        try:
            api_tokens.refresh(platform, refresh_token=pair.refresh_token)
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


def test_a_refresh_token_ends_after_thirty_days(
    platform: Platform, clock: StoppedClock, pair: TokenPair
) -> None:
    clock.advance(days=30)
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)


def test_unknown_refresh_tokens_are_refused(platform: Platform, ada: Identity) -> None:
    for token in ("", "made up", "x" * 200):
        with pytest.raises(Unauthenticated):
            api_tokens.refresh(platform, refresh_token=token)


def test_a_deactivated_person_gets_no_more_tokens(platform: Platform, ada: Identity, pair: TokenPair) -> None:
    def deactivate(work: UnitOfWork) -> None:
        work.db.get_one(Person, ada.person_id).deactivated_at = work.now

    platform.run(deactivate, Actor.system())
    with pytest.raises(Unauthenticated):
        api_tokens.refresh(platform, refresh_token=pair.refresh_token)
