"""Tokens that real servers take: Jitsi's by the table of verdicts, Agora's taken apart again."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sessions_app.adapters import agora
from sessions_app.adapters.jitsi import JitsiProvider, TokenKey
from sessions_app.adapters.own_link import OwnLinkProvider
from sessions_app.domain.ports import Guest, Protection
from sessions_app.settings import SettingsError, parse_settings
from sessions_app.wiring import build_video
from tests.doubles.clock import StoppedClock
from tests.doubles.jitsi_server import Admission, JitsiServer

NOW = datetime.now(UTC).replace(microsecond=0)
NOAH = Guest(
    person_id="usr_noah",
    name="Noah Berger",
    email="noah@example.org",
    is_host=False,
    opens_at=NOW - timedelta(minutes=5),
    closes_at=NOW + timedelta(minutes=60),
)
ADA = replace(NOAH, person_id="usr_ada", name="Ada Lindqvist", is_host=True)
SECRET = "a shared secret of at least sixty-four bytes, so that HS512 would not complain"
ROOM = "s-0123456789abcdef0123456789abcdef"


def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).decode()


@pytest.fixture
def server() -> Iterator[JitsiServer]:
    with JitsiServer(app_id="sessions", secret=SECRET) as jitsi:
        yield jitsi


def provider(server: JitsiServer, key: TokenKey | None, *, can_record: bool = False) -> JitsiProvider:
    return JitsiProvider(
        origin=f"http://{server.domain}", subject=server.domain, key=key, can_record=can_record
    )


def test_the_instructor_comes_in_as_moderator_and_the_student_does_not(server: JitsiServer) -> None:
    video = provider(server, TokenKey("sessions", SECRET))
    assert server.verdict(ROOM, video.entrance(ROOM, ADA).token) == Admission(
        ROOM, "usr_ada", "Ada Lindqvist", True
    )
    assert server.verdict(ROOM, video.entrance(ROOM, NOAH).token) == Admission(
        ROOM, "usr_noah", "Noah Berger", False
    )
    assert video.protection is Protection.TOKEN


def test_a_token_opens_its_own_room_alone(server: JitsiServer) -> None:
    token = provider(server, TokenKey("sessions", SECRET)).entrance(ROOM, ADA).token
    assert server.verdict("s-another", token) == "Room and token mismatched"
    assert isinstance(server.verdict(ROOM, ""), str)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_it_holds_from_the_opening_until_half_an_hour_after_the_end(server: JitsiServer) -> None:
    claims = claims_of(provider(server, TokenKey("sessions", SECRET)).entrance(ROOM, NOAH).token)
    assert claims["nbf"] == int(NOAH.opens_at.timestamp())
    assert claims["exp"] == int((NOAH.closes_at + timedelta(minutes=30)).timestamp())
    assert (claims["aud"], claims["iss"], claims["sub"], claims["room"]) == (
        "jitsi",
        "sessions",
        server.domain,
        ROOM,
    )


def test_every_value_about_the_user_is_a_text(server: JitsiServer) -> None:
    context = claims_of(provider(server, TokenKey("sessions", SECRET)).entrance(ROOM, NOAH).token)["context"]
    assert {type(value) for part in context.values() for value in part.values()} == {str}


def test_only_the_moderator_may_record_and_only_where_all_agree(server: JitsiServer) -> None:
    video = provider(server, TokenKey("sessions", SECRET), can_record=True)
    for guest, may in (
        (ADA, "false"),
        (replace(ADA, may_record=True), "true"),
        (replace(NOAH, may_record=True), "false"),
    ):
        assert claims_of(video.entrance(ROOM, guest).token)["context"]["features"]["recording"] == may


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": ["jitsi"]},
        {"aud": "other"},
        {"iss": "other"},
        {"sub": "other"},
        {"sub": "*"},
        {"room": "*"},
        {"room": None},
        {"exp": None},
        {"exp": int(NOW.timestamp()) - 60},
        {"nbf": int(NOW.timestamp()) + 600},
    ],
    # Not by the values: each worker reads the clock, and all must find the same names.
    ids="-".join,
)
def test_the_double_refuses_what_a_server_refuses_or_should(
    server: JitsiServer, wrong: dict[str, Any]
) -> None:
    good = claims_of(provider(server, TokenKey("sessions", SECRET)).entrance(ROOM, ADA).token)
    bad = {name: value for name, value in {**good, **wrong}.items() if value is not None}
    assert isinstance(server.verdict(ROOM, jwt.encode(bad, SECRET, algorithm="HS256")), str)
    assert isinstance(server.verdict(ROOM, jwt.encode(good, SECRET, algorithm="HS512")), str)
    assert isinstance(server.verdict(ROOM, jwt.encode(good, SECRET + "x", algorithm="HS256")), str)
    assert isinstance(server.verdict(ROOM, jwt.encode(good, None, algorithm="none")), str)
    assert isinstance(server.verdict(ROOM, jwt.encode(good, SECRET, algorithm="HS256")), Admission)


def test_jaas_wants_its_own_issuer_subject_key_and_address() -> None:
    private, public = key_pair()
    app_id = "vpaas-magic-cookie-1"
    key_id = f"{app_id}/key7"
    with JitsiServer(app_id=app_id, public_keys={key_id: public}, is_jaas=True) as jaas:
        # Environment variables hold a key on one line.
        video = provider(jaas, TokenKey(app_id, private_key=private.replace("\n", "\\n"), key_id=key_id))
        way = video.entrance(ROOM, ADA)
        assert way.url == f"http://{jaas.domain}/{app_id}/{ROOM}?jwt={way.token}"
        assert isinstance(jaas.verdict(ROOM, way.token), Admission)
        claims = claims_of(way.token)
        assert (claims["iss"], claims["sub"]) == ("chat", app_id)
        other, _ = key_pair()
        forged = provider(jaas, TokenKey(app_id, private_key=other, key_id=key_id)).entrance(ROOM, ADA)
        assert isinstance(jaas.verdict(ROOM, forged.token), str)
        unknown = provider(jaas, TokenKey(app_id, private_key=private, key_id=f"{app_id}/x"))
        assert isinstance(jaas.verdict(ROOM, unknown.entrance(ROOM, ADA).token), str)


def test_a_server_of_ones_own_takes_rs256_with_its_own_subject() -> None:
    private, public = key_pair()
    with JitsiServer(app_id="sessions", public_keys={"key1": public}, subject="meet.jitsi") as own:
        video = JitsiProvider(
            origin=f"http://{own.domain}",
            subject="meet.jitsi",
            key=TokenKey("sessions", private_key=private, key_id="key1"),
            can_record=False,
        )
        way = video.entrance(ROOM, NOAH)
        assert isinstance(own.verdict(ROOM, way.token), Admission)
        assert urlsplit(way.url).path == f"/{ROOM}"


def test_without_an_app_id_the_name_is_all_and_cannot_be_guessed(server: JitsiServer) -> None:
    video = provider(server, None)
    rooms = {video.new_room() for _ in range(100)}
    assert len(rooms) == 100
    assert all(room == room.lower() and len(room) == 34 for room in rooms)
    way = video.entrance(ROOM, NOAH)
    assert (way.url, way.token, video.protection) == (f"http://{server.domain}/{ROOM}", "", Protection.NAME)


def test_the_framed_address_names_the_person_and_skips_jitsis_own_lobby(server: JitsiServer) -> None:
    guest = replace(NOAH, name='Noah "N" & Sons #1')
    frame = urlsplit(provider(server, TokenKey("sessions", SECRET)).entrance(ROOM, guest).frame_url)
    options = parse_qs(frame.fragment)
    assert options["userInfo.displayName"] == ['"Noah \\"N\\" & Sons #1"']
    assert options["config.prejoinConfig.enabled"] == ["false"]
    assert unquote(frame.path) == f"/{ROOM}"
    assert "jwt=" in frame.query


def test_an_own_link_is_given_as_it_is() -> None:
    way = OwnLinkProvider().entrance("https://meet.example/ada", NOAH)
    assert (way.url, way.frame_url, way.token) == ("https://meet.example/ada", "", "")


class Reader:
    """Takes an Agora token apart."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def number(self, form: str) -> int:
        size = struct.calcsize(form)
        (value,) = struct.unpack("<" + form, self.content[:size])
        self.content = self.content[size:]
        return int(value)

    def text(self) -> bytes:
        size = self.number("H")
        value, self.content = self.content[:size], self.content[size:]
        return value


APP_ID, CERTIFICATE = "970ca35de60c44645bbae8a215061b33", "5cfd2fd1755d40ecb72977518be15d3b"


def test_an_agora_token_says_who_where_what_and_until_when_and_is_signed() -> None:
    clock = StoppedClock(NOW)
    way = agora.AgoraProvider(app_id=APP_ID, certificate=CERTIFICATE, clock=clock).entrance("s-channel", NOAH)
    assert way.token.startswith("007")
    read = Reader(zlib.decompress(base64.b64decode(way.token[3:])))
    signature, signed = read.text(), read.content
    assert read.text() == APP_ID.encode()
    issued_at, seconds, salt = (read.number("I") for _ in range(3))
    assert (issued_at, seconds) == (int(NOW.timestamp()), 90 * 60)
    assert read.number("H") == 1
    assert read.number("H") == 1
    privileges = {read.number("H"): read.number("I") for _ in range(read.number("H"))}
    assert privileges == dict.fromkeys((1, 2, 3, 4), seconds)
    assert (read.text(), read.text()) == (b"s-channel", str(way.uid).encode())
    assert read.content == b""
    key = agora.signing_key(CERTIFICATE, issued_at=issued_at, salt=salt)
    assert signature == agora._hmac(key, signed)
    assert signature != agora._hmac(agora.signing_key("0" * 32, issued_at=issued_at, salt=salt), signed)


def test_people_have_one_number_each_in_every_channel() -> None:
    assert agora.uid_of("usr_noah") == agora.uid_of("usr_noah")
    assert len({agora.uid_of(f"usr_{number}") for number in range(1000)}) == 1000
    assert all(0 < agora.uid_of(f"usr_{number}") <= 2**31 for number in range(1000))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"jitsi_app_secret": "s"}, "JITSI_APP_ID"),
        ({"jitsi_app_id": "a"}, "JITSI_APP_SECRET"),
        ({"jitsi_app_id": "a", "jitsi_app_secret": "s", "jitsi_private_key": "k"}, "exclude"),
        ({"jitsi_app_id": "a", "jitsi_private_key": "k"}, "JITSI_KEY_ID"),
        ({"agora_app_id": "a"}, "AGORA_APP_CERTIFICATE"),
        ({"video_provider": "agora"}, "AGORA_APP_ID"),
        ({"jitsi_domain": "meet.example/room"}, "JITSI_DOMAIN"),
        ({"video_provider": "zoom"}, "VIDEO_PROVIDER"),
    ],
    ids=str,
)
def test_half_a_video_set_up_stops_the_start(settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        parse_settings(_env_file=None, **settings)


def test_a_key_that_is_none_stops_the_start() -> None:
    settings = parse_settings(_env_file=None, jitsi_app_id="a", jitsi_private_key="no key", jitsi_key_id="k")
    with pytest.raises(SettingsError, match="JITSI_PRIVATE_KEY"):
        build_video(settings, StoppedClock(NOW))


@pytest.mark.parametrize(
    ("domain", "origin"),
    [
        ("meet.jit.si", "https://meet.jit.si"),
        ("https://meet.example:8443/", "https://meet.example:8443"),
        ("localhost:9000", "http://localhost:9000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://meet.example", "https://meet.example"),
    ],
)
def test_the_server_is_asked_over_tls_unless_it_is_this_machine(domain: str, origin: str) -> None:
    assert parse_settings(_env_file=None, jitsi_domain=domain).video_origin == origin
