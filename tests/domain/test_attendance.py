"""Join and leave traces propose the outcome a fair person would name, and the sealed log notices any change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import attendance
from sessions_app.domain.attendance import Outcome, Proposal, Rules, Stay
from sessions_app.domain.timespans import TimeSpan

START = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
HOUR = TimeSpan(START, START + timedelta(minutes=60))
RULES = Rules(wait=timedelta(minutes=15))
O = Outcome  # noqa: E741 - the table below is wide


def minute(text: str) -> datetime:
    """Such as "3" or "-5" or "14:30", minutes and seconds from the start."""
    minutes, _, seconds = text.partition(":")
    return START + timedelta(minutes=int(minutes), seconds=int(seconds or 0))


def stays(trace: str, person: str = "p") -> list[Stay]:
    """``0>60`` left at 60; ``0~60`` was last heard of at 60; each in a tab of its own, apart by blanks."""
    found = []
    for number, one in enumerate(trace.split()):
        mark = ">" if ">" in one else "~"
        joined, ended = (minute(text) for text in one.split(mark))
        found.append(Stay(person, f"tab{number}", joined, ended, ended if mark == ">" else None))
    return found


# What happened | the instructor's stays | the student's | what it proposes | minutes together | late by
TRACES = [
    ("both all the time", "0>60", "0>60", O.COMPLETED, 60, 0),
    ("both early, nobody late", "-8>61", "-3>60", O.COMPLETED, 63, 0),
    ("nobody pressed leave", "0~60", "1~59", O.COMPLETED, 58, 1),
    ("the student is four minutes late", "0>60", "4>60", O.COMPLETED, 56, 4),
    ("the student is five minutes late", "0>60", "5>60", O.LATE_START, 55, 5),
    ("the instructor is twelve minutes late", "12>60", "0>60", O.LATE_START, 48, 12),
    ("the student waited twenty minutes and it was held all the same", "20>60", "0>60", O.LATE_START, 40, 20),
    ("the student came after half an hour and was waited for", "0>60", "30>60", O.LATE_START, 30, 30),
    ("the student reloads the page twice", "0>60", "0>20 20:05>40 40:30>60", O.COMPLETED, 60, 0),
    ("the student's train is in a tunnel for a minute", "0>60", "0~20 21:20~60", O.COMPLETED, 60, 0),
    ("the connection is lost for ten minutes, then all is well", "0>60", "0~20 30~60", O.COMPLETED, 50, 0),
    ("the student has three tabs and closes them one by one", "0>60", "0>60 1>30 2>15", O.COMPLETED, 60, 0),
    ("the instructor moves from the laptop to the phone", "0>31 29>60", "0>60", O.COMPLETED, 60, 0),
    ("they end after half an hour, content", "0>30", "0>30", O.COMPLETED, 30, 0),
    ("exactly ten minutes together", "0>60", "0>10", O.COMPLETED, 10, 0),
    ("nine minutes together, then the student is gone", "0>60", "0>9", O.TECHNICAL, 9, 0),
    ("the instructor's line breaks after three minutes", "0~3", "0>40", O.TECHNICAL, 3, 0),
    ("both are thrown out and never meet again", "0~4", "0~4", O.TECHNICAL, 4, 0),
    ("both wait in the same minute, but never saw each other long", "14:40>60", "0>14:45", O.TECHNICAL, 0, 0),
    ("only the instructor comes and stays", "0>60", "", O.STUDENT_NO_SHOW, 0, 0),
    ("only the instructor comes and waits fifteen minutes", "-2>15", "", O.STUDENT_NO_SHOW, 0, 0),
    ("only the instructor comes and waits all but half a minute", "0>14:30", "", O.STUDENT_NO_SHOW, 0, 0),
    ("the student leaves before the start, the instructor waits", "0>60", "-9>-2", O.STUDENT_NO_SHOW, 0, 0),
    ("the student does not wait, the instructor is eight minutes late", "8>60", "3>5", O.STUDENT_NO_SHOW, 0, 0),
    ("the student comes when the instructor has long gone", "0>20", "50>60", O.STUDENT_NO_SHOW, 0, 0),
    ("the student comes for the last two minutes", "0>60", "58>60", O.STUDENT_NO_SHOW, 2, 0),
    ("only the student comes and stays", "", "0>60", O.INSTRUCTOR_NO_SHOW, 0, 0),
    ("only the student comes and waits fifteen minutes", "", "-1>15", O.INSTRUCTOR_NO_SHOW, 0, 0),
    ("the student waits with a bad line", "", "0~4 5~9 10~15", O.INSTRUCTOR_NO_SHOW, 0, 0),
    ("the instructor comes when the student has waited", "16>60", "0>15", O.INSTRUCTOR_NO_SHOW, 0, 0),
    ("the instructor leaves at thirteen, the student comes at fourteen", "0>13", "14>20", O.INSTRUCTOR_NO_SHOW, 0, 0),
    ("nobody comes", "", "", O.BOTH_NO_SHOW, 0, 0),
    ("the instructor looks in and goes, the student never comes", "0>5", "", O.BOTH_NO_SHOW, 0, 0),
    ("the student looks in and goes, the instructor never comes", "", "0>3", O.BOTH_NO_SHOW, 0, 0),
    ("each looks in, at other times", "0>2", "6>9", O.BOTH_NO_SHOW, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("instructor", "student", "outcome", "minutes", "late"),
    [row[1:] for row in TRACES],
    ids=[row[0].replace(" ", "-") for row in TRACES],
)
def test_a_trace_proposes_its_outcome(
    instructor: str, student: str, outcome: Outcome, minutes: int, late: int
) -> None:
    proposed = attendance.propose(HOUR, instructor=stays(instructor), student=stays(student), rules=RULES)
    assert (proposed.outcome, proposed.minutes_together) == (outcome, minutes)
    if outcome in (Outcome.COMPLETED, Outcome.LATE_START):
        assert proposed.late_minutes == late


def test_a_short_session_needs_half_of_itself_together() -> None:
    quarter = TimeSpan(START, START + timedelta(minutes=15))
    for until, outcome in (("7", Outcome.COMPLETED), ("6", Outcome.TECHNICAL)):
        proposed = attendance.propose(
            quarter, instructor=stays("0>15"), student=stays(f"0>{until}"), rules=RULES
        )
        assert proposed.outcome is outcome


def test_who_started_it_from_elsewhere_was_there() -> None:
    started = {"started_at": minute("0"), "ended_at": minute("55")}
    proposed = attendance.propose(HOUR, instructor=[], student=stays("2>54"), rules=RULES, **started)
    assert proposed == Proposal(Outcome.COMPLETED, 52, 2)
    alone = attendance.propose(HOUR, instructor=[], student=[], rules=RULES, **started)
    assert alone.outcome is Outcome.STUDENT_NO_SHOW


def test_whom_nobody_can_observe_nobody_calls_absent() -> None:
    in_person = replace(RULES, is_observed=False)
    proposed = attendance.propose(HOUR, instructor=[], student=[], rules=in_person)
    assert proposed == Proposal(Outcome.COMPLETED)


def test_waiting_never_outlasts_the_session() -> None:
    short = TimeSpan(START, START + timedelta(minutes=10))
    assert attendance.counts_as_absent_from(short, wait=timedelta(minutes=15)) == short.end
    assert attendance.counts_as_absent_from(HOUR, wait=timedelta(minutes=15)) == minute("15")


@pytest.mark.parametrize(
    ("trace", "now", "is_there"),
    [("0~10", "11:30", True), ("0~10", "11:31", False), ("0>10", "10", False), ("0>10 5~12", "12", True)],
)
def test_somebody_is_there_as_long_as_a_tab_is_heard_of(trace: str, now: str, is_there: bool) -> None:
    assert attendance.is_present(stays(trace), now=minute(now)) is is_there


traces = st.lists(
    st.tuples(st.integers(-600, 4500), st.integers(1, 4000), st.booleans()).map(
        lambda drawn: Stay(
            "p",
            f"{drawn[0]}",
            START + timedelta(seconds=drawn[0]),
            START + timedelta(seconds=drawn[0] + drawn[1]),
            START + timedelta(seconds=drawn[0] + drawn[1]) if drawn[2] else None,
        )
    ),
    max_size=5,
)


@given(host=traces, guest=traces)
def test_the_proposal_does_not_depend_on_the_order_of_the_log(host: list[Stay], guest: list[Stay]) -> None:
    one = attendance.propose(HOUR, instructor=host, student=guest, rules=RULES)
    assert one == attendance.propose(HOUR, instructor=host[::-1], student=guest[::-1], rules=RULES)
    assert one.minutes_together <= min(attendance.minutes_present(host), attendance.minutes_present(guest))


@given(host=traces, guest=traces)
def test_nobody_is_called_absent_who_was_there_when_the_waiting_ended(
    host: list[Stay], guest: list[Stay]
) -> None:
    always = [*guest, *stays("-5>70")]
    proposed = attendance.propose(HOUR, instructor=host, student=always, rules=RULES)
    assert proposed.outcome not in (Outcome.STUDENT_NO_SHOW, Outcome.BOTH_NO_SHOW)


LOG = [*stays("0>30 31~60", "ada"), *stays("2>60", "noah")]
FACTS = {"id": "ses_1", "starts_at": START, "started_at": minute("1"), "ended_at": minute("60")}


def sealed(log: list[Stay], **facts: object) -> str:
    return attendance.seal(attendance.canonical({**FACTS, **facts}, log))


def test_the_seal_is_that_of_the_rows_whatever_their_order() -> None:
    assert sealed(LOG) == sealed(LOG[::-1])
    assert len(sealed(LOG)) == 64


@pytest.mark.parametrize("row", range(len(LOG)))
@pytest.mark.parametrize(
    "change",
    [
        {"person_id": "mallory"},
        {"tab": "other"},
        {"joined_at": START + timedelta(microseconds=1)},
        {"last_seen_at": START + timedelta(minutes=59)},
        {"left_at": START + timedelta(minutes=61)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_altered_row_breaks_the_seal(row: int, change: dict[str, object]) -> None:
    altered = [*LOG]
    altered[row] = replace(altered[row], **change)
    assert sealed(altered) != sealed(LOG)


def test_a_row_more_or_less_and_any_other_fact_breaks_the_seal() -> None:
    assert sealed(LOG[1:]) != sealed(LOG)
    assert sealed([*LOG, LOG[0]]) != sealed(LOG)
    assert sealed(LOG, ended_at=minute("61")) != sealed(LOG)
    assert sealed([replace(LOG[1], left_at=LOG[1].last_seen_at), LOG[0], LOG[2]]) != sealed(LOG)
