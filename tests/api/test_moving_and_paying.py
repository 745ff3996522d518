"""Document 000's calls about a booking, checkout, and refunds: money is compared, never believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import AuditEntry, Offering, Payment, Person
from sessions_app.models.sandbox_payments import SandboxPayment, SandboxPaymentStatus
from sessions_app.services import gateway_tasks, sandbox_checkout
from sessions_app.services.sandbox_checkout import Press
from tests.api.calls import Caller, details, field, refusal
from tests.services.world import World, acting, at

Call = Callable[[Person], Caller]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def staff(world: World, call: Call) -> Caller:
    return call(world.person("Ann", Role.ASSISTANT))


@pytest.fixture
def paid(world: World) -> Offering:
    return world.offering(price_minor=3200)


@pytest.fixture
def held(student: Caller, paid: Offering) -> dict[str, Any]:
    """A card booking of the student's, held until it is paid."""
    return booked(student, paid)


def booked(
    caller: Caller, offering: Offering, start: str = "2026-12-03T10:00:00Z", **more: Any
) -> dict[str, Any]:
    answer = caller.post(
        "/api/sessions",
        {"st_id": offering.instructor_id, "offering_id": offering.id, "scheduled_start": start} | more,
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def checkout(caller: Caller, session_id: str) -> dict[str, Any]:
    answer = caller.post("/api/checkout/session", {"session_id": session_id, "return_url": "/done"})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def press(world: World, caller: Caller, page: dict[str, Any], button: Press) -> None:
    token = page["url"].rpartition("/")[2]
    sandbox_checkout.press(world.platform, acting(caller.person), token=token, button=button)


def intent_of(world: World, booking_id: str) -> str:
    intent = world.payments(booking_id)[0].intent_id
    assert intent is not None
    return intent


def slot_id(world: World, start: str, minutes: int = 60) -> str:
    return f"slot_{world.instructor.id}_{start}_{minutes}"


# --- checkout


class TestCheckout:
    def test_it_opens_the_page_on_the_origin_the_caller_came_by(
        self, student: Caller, held: dict[str, Any], world: World
    ) -> None:
        page = checkout(student, held["session_id"])

        assert page["url"].startswith("http://localhost:8000/test-pay/")
        assert world.payments(held["booking_id"])[0].checkout_id == page["checkout_id"]
        again = checkout(student, held["session_id"])
        assert again == page

    def test_opening_it_moves_the_end_of_the_hold(self, student: Caller, held: dict[str, Any]) -> None:
        checkout(student, held["session_id"])

        body = student.get(f"/api/sessions/{held['session_id']}").json()
        assert body["hold_expires_at"] == "2026-12-01T12:15:00Z"

    def test_paid_it_is_scheduled(self, student: Caller, held: dict[str, Any], world: World) -> None:
        press(world, student, checkout(student, held["session_id"]), Press.PAY)

        body = student.get(f"/api/sessions/{held['session_id']}").json()
        assert (body["status"], body["payment_status"]) == ("scheduled", "paid")

    @pytest.mark.parametrize(
        "url",
        ["https://evil.test/", "//evil.test", "http://localhost:8000.evil.test/", "/\\evil.test", "a b", ""],
    )
    def test_the_gateway_returns_to_our_own_pages_alone(
        self, student: Caller, held: dict[str, Any], url: str
    ) -> None:
        asked = {"session_id": held["session_id"], "returnUrl": url}

        assert field(student.post("/api/checkout/session", asked)) == "return_url"

    @pytest.mark.parametrize("url", ["/booking/confirmation?session=x", "http://127.0.0.1:8000/a", None])
    def test_own_pages_are_fine(self, student: Caller, held: dict[str, Any], url: str | None) -> None:
        asked = {"session_id": held["session_id"], "return_url": url}

        assert student.post("/api/checkout/session", asked).status_code == 200

    def test_it_is_the_payers_alone(self, world: World, call: Call, held: dict[str, Any]) -> None:
        asked = {"session_id": held["session_id"], "return_url": "/"}

        assert refusal(call(world.student()).post("/api/checkout/session", asked)) == (404, "not_found")
        assert refusal(call(world.instructor).post("/api/checkout/session", asked)) == (403, "not_allowed")

    def test_nothing_is_paid_that_is_not_due(self, student: Caller, world: World) -> None:
        free = booked(student, world.offering())

        answer = student.post("/api/checkout/session", {"session_id": free["session_id"]})

        assert refusal(answer) == (409, "invalid_transition")
        assert field(student.post("/api/checkout/session", {})) == "session_id"

    def test_a_hold_that_ended_is_said_to_have_ended(
        self, student: Caller, held: dict[str, Any], world: World
    ) -> None:
        world.clock.advance(minutes=10)

        answer = student.post("/api/checkout/session", {"session_id": held["session_id"]})

        assert refusal(answer) == (409, "hold_expired")

    def test_a_replay_gives_the_same_page(self, student: Caller, held: dict[str, Any]) -> None:
        asked = {"session_id": held["session_id"], "return_url": "/done"}
        first = student.post("/api/checkout/session", asked, key="k")

        assert student.post("/api/checkout/session", asked, key="k").json() == first.json()
        mismatch = student.post("/api/checkout/session", asked | {"return_url": "/"}, key="k")
        assert refusal(mismatch) == (409, "idempotency_mismatch")


# --- intents


class TestIntents:
    def ask(self, held: dict[str, Any], student: Caller, world: World, **more: Any) -> dict[str, Any]:
        return {
            "amount": 3200,
            "currency": "eur",
            "bookingId": held["booking_id"],
            "instructorId": world.instructor.id,
            "studentId": student.id,
            "sessionTitle": "Algebra",
            "metadata": {"a": 1},
        } | more

    def test_it_is_the_same_payment_as_the_hosted_page(
        self, student: Caller, held: dict[str, Any], world: World
    ) -> None:
        page = checkout(student, held["session_id"])

        body = student.post("/api/payments/create-payment-intent", self.ask(held, student, world)).json()

        assert body["checkout_id"] == page["checkout_id"]
        assert body["payment_intent_id"] == intent_of(world, held["booking_id"])
        assert (body["amount"], body["currency"], body["status"]) == (3200, "EUR", "open")
        assert body["url"] == page["url"]

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ({"amount": 100}, (409, "price_changed")),
            ({"currency": "USD"}, (409, "price_changed")),
            ({"instructorId": "usr_other"}, (403, "not_allowed")),
            ({"studentId": "usr_other"}, (403, "not_allowed")),
            ({"bookingId": "bkg_none"}, (404, "not_found")),
            ({"amount": "3200"}, (422, "invalid_input")),
        ],
    )
    def test_what_is_sent_is_only_compared(
        self, student: Caller, held: dict[str, Any], world: World, sent: dict[str, Any], code: Any
    ) -> None:
        asked = self.ask(held, student, world, **sent)

        assert refusal(student.post("/api/payments/create-payment-intent", asked)) == code
        assert world.payments(held["booking_id"]) == []

    def test_confirming_reads_the_gateway(
        self, student: Caller, held: dict[str, Any], world: World, call: Call
    ) -> None:
        student.post("/api/payments/create-payment-intent", self.ask(held, student, world))
        intent = intent_of(world, held["booking_id"])
        asked = {"paymentIntentId": intent, "paymentMethodId": "pm_1", "returnUrl": "/done"}

        unpaid = student.post("/api/payments/confirm-payment", asked).json()
        assert (unpaid["status"], unpaid["booking_status"]) == ("open", "held")
        pay_at_the_gateway(world, intent)  # and no event ever comes
        done = student.post("/api/payments/confirm-payment", asked).json()
        assert (done["status"], done["booking_status"], done["url"]) == ("paid", "scheduled", None)
        assert student.post("/api/payments/confirm-payment", asked).json() == done
        other = call(world.student())
        assert refusal(other.post("/api/payments/confirm-payment", asked)) == (404, "not_found")
        evil = student.post("/api/payments/confirm-payment", asked | {"returnUrl": "https://evil.test"})
        assert field(evil) == "return_url"


def pay_at_the_gateway(world: World, intent: str) -> None:
    """The payer pays and our side hears nothing of it."""

    def pay(work: Any) -> None:
        page = work.db.exec(select(SandboxPayment).where(col(SandboxPayment.intent_id) == intent)).one()
        page.status, page.captured_minor = SandboxPaymentStatus.PAID, page.amount_minor

    world.platform.run(pay, Actor.system())


# --- confirm


class TestConfirm:
    PATH = "/api/session-bookings/confirm"

    def test_a_paid_booking_is_scheduled_whoever_brings_the_news_first(
        self, student: Caller, held: dict[str, Any], world: World
    ) -> None:
        page = checkout(student, held["session_id"])
        intent = intent_of(world, held["booking_id"])
        asked = {"bookingId": held["booking_id"], "paymentIntentId": intent}

        assert refusal(student.post(self.PATH, asked)) == (409, "invalid_transition")
        pay_at_the_gateway(world, intent)
        answer = student.post(self.PATH, asked)
        assert (answer.status_code, answer.json()["status"]) == (200, "scheduled")
        by_page = {"bookingId": held["booking_id"], "stripeSessionId": page["checkout_id"]}
        assert student.post(self.PATH, by_page).json() == answer.json()
        assert len(world.mails("session-booked")) == 2

    def test_a_payment_of_another_booking_confirms_nothing(
        self, student: Caller, held: dict[str, Any], paid: Offering, world: World
    ) -> None:
        other = booked(student, paid, "2026-12-04T10:00:00Z")
        checkout(student, other["session_id"])
        intent = intent_of(world, other["booking_id"])
        pay_at_the_gateway(world, intent)

        answer = student.post(self.PATH, {"bookingId": held["booking_id"], "paymentIntentId": intent})

        assert refusal(answer) == (404, "not_found")
        assert world.booking(held["booking_id"]).status == "held"

    def test_another_amount_than_due_confirms_nothing(
        self, student: Caller, held: dict[str, Any], world: World
    ) -> None:
        checkout(student, held["session_id"])
        intent = intent_of(world, held["booking_id"])
        pay_at_the_gateway(world, intent)
        world.platform.run(_ask_more, Actor.system(), intent)

        answer = student.post(self.PATH, {"bookingId": held["booking_id"], "paymentIntentId": intent})

        assert refusal(answer) == (409, "price_changed")
        assert world.booking(held["booking_id"]).status == "held"

    def test_a_hold_that_needs_no_card_is_finished_at_once(self, world: World, call: Call) -> None:
        person = world.student()
        placed = world.hold(person, world.offering(), at(3, 10))
        asked = {"bookingId": placed.booking.id}

        assert call(person).post(self.PATH, asked).json()["status"] == "scheduled"
        assert call(person).post(self.PATH, asked).json()["status"] == "scheduled"

    def test_a_hold_that_ended_cannot_be_finished(self, world: World, call: Call) -> None:
        person = world.student()
        placed = world.hold(person, world.offering(), at(3, 10))
        world.clock.advance(minutes=10)

        answer = call(person).post(self.PATH, {"bookingId": placed.booking.id})

        assert refusal(answer) == (409, "hold_expired")

    def test_by_card_the_payment_must_be_named(self, student: Caller, held: dict[str, Any]) -> None:
        assert field(student.post(self.PATH, {"bookingId": held["booking_id"]})) == "payment_intent_id"


def _ask_more(work: Any, intent: str) -> None:
    payment = work.db.exec(select(Payment).where(col(Payment.intent_id) == intent)).one()
    payment.amount_minor = 9900


# --- reschedule


class TestReschedule:
    PATH = "/api/session-bookings/reschedule"

    def test_a_booking_moves_and_keeps_its_id(self, student: Caller, world: World) -> None:
        made = booked(student, world.offering())
        asked = {
            "bookingId": made["booking_id"],
            "newTimeSlotId": slot_id(world, "20261204T140000Z"),
            "reason": "A train",
        }

        answer = student.post(self.PATH, asked, key="k")

        assert answer.status_code == 200
        assert answer.json()["booking_id"] == made["booking_id"]
        assert (answer.json()["status"], answer.json()["start"]) == ("scheduled", "2026-12-04T14:00:00Z")
        assert student.post(self.PATH, asked, key="k").json() == answer.json()
        assert world.booking(made["booking_id"]).reschedule_count == 1

    @pytest.mark.parametrize(
        ("start", "minutes", "code"),
        [
            ("20261204T210000Z", 60, (409, "outside_availability")),
            ("20261204T100000Z", 60, (409, "slot_taken")),
            ("20261204T170000Z", 60, (409, "student_busy")),
            ("20261203T100000Z", 60, (422, "invalid_input")),
            ("20261204T140000Z", 90, (422, "invalid_input")),
        ],
    )
    def test_the_new_time_is_judged_like_any_other(
        self, student: Caller, world: World, start: str, minutes: int, code: Any
    ) -> None:
        offering = world.offering()
        made = booked(student, offering)
        world.book(world.student(), offering, at(4, 10))
        world.book(student.person, world.offering(world.new_instructor("Bo Ek")), at(4, 17))
        asked = {"bookingId": made["booking_id"], "newTimeSlotId": slot_id(world, start, minutes)}

        answer = student.post(self.PATH, asked)

        assert refusal(answer) == code
        if answer.status_code == 409:
            assert len(details(answer)["alternatives"]) == 3
        assert world.booking(made["booking_id"]).starts_at == at(3, 10)

    def test_the_instructor_stays_the_same(self, student: Caller, world: World) -> None:
        made = booked(student, world.offering())
        other = world.new_instructor("Bo Ek")

        asked = {"bookingId": made["booking_id"], "newTimeSlotId": f"slot_{other.id}_20261204T140000Z_60"}

        assert field(student.post(self.PATH, asked)) == "new_time_slot_id"

    def test_it_can_be_too_late(self, student: Caller, world: World) -> None:
        made = booked(student, world.offering())
        world.clock.set(at(2, 22) + timedelta(seconds=1))

        asked = {"bookingId": made["booking_id"], "newTimeSlotId": slot_id(world, "20261204T140000Z")}

        assert refusal(student.post(self.PATH, asked)) == (409, "too_late")


# --- cancel


class TestCancel:
    PATH = "/api/session-bookings/cancel"

    @pytest.fixture
    def bought(self, student: Caller, held: dict[str, Any], world: World) -> str:
        press(world, student, checkout(student, held["session_id"]), Press.PAY)
        booking_id: str = held["booking_id"]
        return booking_id

    def test_what_was_free_has_no_refund(self, student: Caller, world: World) -> None:
        made = booked(student, world.offering())

        answer = student.post(self.PATH, {"bookingId": made["booking_id"], "processRefund": True})

        assert answer.json() == {"booking_id": made["booking_id"], "status": "cancelled", "refund": None}

    @pytest.mark.parametrize(
        ("hours", "percent", "amount"), [(24, 100, 3200), (23, 50, 1600), (12, 50, 1600), (11, 0, 0)]
    )
    def test_the_policy_decides_what_goes_back(
        self, student: Caller, bought: str, world: World, hours: int, percent: int, amount: int
    ) -> None:
        world.clock.set(at(3, 10) - timedelta(hours=hours))

        body = student.post(self.PATH, {"booking_id": bought, "reason": "Ill"}, key="k").json()

        refund = {"amount": amount, "currency": "EUR", "credits": 0, "percent": percent}
        assert body == {"booking_id": bought, "status": "cancelled", "refund": refund}
        assert student.post(self.PATH, {"booking_id": bought, "reason": "Ill"}, key="k").json() == body
        assert sum(one.amount_minor for one in world.refunds(bought)) == amount
        assert refusal(student.post(self.PATH, {"booking_id": bought})) == (409, "invalid_transition")

    def test_credits_go_back_as_credits(self, student: Caller, world: World) -> None:
        world.give_credits(student.person, 2)
        made = booked(student, world.offering(price_minor=None, credits=2))

        body = student.post(self.PATH, {"booking_id": made["booking_id"]}).json()

        assert body["refund"] == {"amount": 0, "currency": "EUR", "credits": 2, "percent": 100}

    def test_the_payer_may_leave_the_money(self, student: Caller, bought: str, world: World) -> None:
        body = student.post(self.PATH, {"booking_id": bought, "processRefund": False}).json()

        assert body["refund"] == {"amount": 0, "currency": "EUR", "credits": 0, "percent": 0}
        assert world.refunds(bought) == []

    def test_nobody_leaves_the_money_of_somebody_else(
        self, student: Caller, bought: str, world: World, call: Call
    ) -> None:
        asked = {"booking_id": bought, "processRefund": False}

        body = call(world.instructor).post(self.PATH, asked).json()

        assert body["refund"]["percent"] == 100
        assert sum(one.amount_minor for one in world.refunds(bought)) == 3200

    def test_a_stranger_finds_nothing_to_cancel(self, bought: str, world: World, call: Call) -> None:
        answer = call(world.student()).post(self.PATH, {"booking_id": bought})

        assert refusal(answer) == (404, "not_found")

    @pytest.mark.parametrize("sent", [{"process_refund": "no"}, {"reason": "x" * 1001}, {"booking_id": 5}])
    def test_wrong_types_are_422(self, student: Caller, bought: str, sent: dict[str, Any]) -> None:
        assert field(student.post(self.PATH, {"booking_id": bought} | sent)) in sent


# --- refunds by staff


class TestRefund:
    PATH = "/api/payments/refund"

    @pytest.fixture
    def intent(self, student: Caller, held: dict[str, Any], world: World) -> str:
        press(world, student, checkout(student, held["session_id"]), Press.PAY)
        return intent_of(world, held["booking_id"])

    def audited(self, world: World) -> list[AuditEntry]:
        rows = select(AuditEntry).where(col(AuditEntry.action) == "refund.beyond_policy")
        return world.platform.read(lambda work: list(work.db.exec(rows)), Actor.system())

    def test_within_the_policy_it_is_only_a_refund(
        self, staff: Caller, intent: str, held: dict[str, Any], world: World
    ) -> None:
        body = staff.post(self.PATH, {"paymentIntentId": intent, "amount": 1000}, key="k").json()
        gateway_tasks.run_due(world.platform)

        assert body | {"refund_id": ""} == {
            "refund_id": "",
            "booking_id": held["booking_id"],
            "amount": 1000,
            "currency": "EUR",
            "status": "requested",
        }
        assert world.refunds(held["booking_id"])[0].status == "done"
        assert self.audited(world) == []

    def test_who_paid_is_told_of_each_one(
        self, staff: Caller, student: Caller, intent: str, world: World
    ) -> None:
        for key, amount in (("a", 800), ("b", 1600)):
            asked = {"paymentIntentId": intent, "amount": amount, "reason": "Between us"}
            assert staff.post(self.PATH, asked, key=key).status_code == 200

        told = world.mails("refund-issued")
        assert [mail.to_address for mail in told] == [student.person.email] * 2
        assert [mail.facts["refund"] for mail in told] == [
            {"percent": 25, "label": "€8.00", "is_nothing": False},
            {"percent": 50, "label": "€16.00", "is_nothing": False},
        ]
        assert "Between us" not in str([mail.facts for mail in told])

    def test_a_guardian_who_paid_is_told_beside_the_student(
        self, staff: Caller, world: World, call: Call, student: Caller, held: dict[str, Any]
    ) -> None:
        guardian = call(world.guardian_of(student.person))
        press(world, guardian, checkout(guardian, held["session_id"]), Press.PAY)

        asked = {"paymentIntentId": intent_of(world, held["booking_id"])}
        assert staff.post(self.PATH, asked, key="k").status_code == 200

        told = {(mail.to_address, mail.facts["part"]) for mail in world.mails("refund-issued")}
        assert told == {(student.person.email, "student"), (guardian.person.email, "guardian")}

    def test_beyond_the_policy_it_is_audited(self, staff: Caller, intent: str, world: World) -> None:
        world.clock.set(at(3, 9))  # the policy gives nothing back any more

        body = staff.post(self.PATH, {"paymentIntentId": intent, "reason": "Kind"}, key="k").json()

        assert body["amount"] == 3200
        entry = self.audited(world)[0]
        assert (entry.actor_id, entry.details["due"], entry.details["reason"]) == (staff.id, 0, "Kind")

    def test_a_replay_gives_back_once(
        self, staff: Caller, intent: str, held: dict[str, Any], world: World
    ) -> None:
        asked = {"paymentIntentId": intent, "amount": 1000}

        first = staff.post(self.PATH, asked, key="k")

        assert staff.post(self.PATH, asked, key="k").json() == first.json()
        assert len(world.refunds(held["booking_id"])) == 1

    def test_never_more_than_was_paid(self, staff: Caller, intent: str) -> None:
        assert field(staff.post(self.PATH, {"paymentIntentId": intent, "amount": 3201}, key="a")) == "amount"
        assert field(staff.post(self.PATH, {"paymentIntentId": intent, "amount": 0}, key="b")) == "amount"
        assert staff.post(self.PATH, {"paymentIntentId": intent}, key="c").status_code == 200
        assert refusal(staff.post(self.PATH, {"paymentIntentId": intent}, key="d")) == (
            409,
            "invalid_transition",
        )

    def test_a_key_is_required(self, staff: Caller, intent: str) -> None:
        assert field(staff.post(self.PATH, {"paymentIntentId": intent})) == "Idempotency-Key"

    def test_only_staff_give_money_back(self, student: Caller, intent: str, world: World, call: Call) -> None:
        for caller in (student, call(world.instructor), call(world.student())):
            for named in (intent, "pi_none"):
                answer = caller.post(self.PATH, {"paymentIntentId": named}, key="k" + named)
                assert refusal(answer) == (403, "not_allowed")

    def test_an_unknown_payment_is_unknown(self, staff: Caller) -> None:
        assert refusal(staff.post(self.PATH, {"paymentIntentId": "pi_none"}, key="k")) == (404, "not_found")
