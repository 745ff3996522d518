"""The labelled test-payment gateway: no money moves, and its state survives restarts.

It behaves as a hosted gateway does: idempotent by key, a page with an end, capture apart from authorisation, refunds
that never exceed what was taken. What the payer presses on its page is in ``services/sandbox_checkout.py``.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sessions_app.domain.money import Money
from sessions_app.domain.ports import Clock, GatewayPayment, GatewayRefused, PageRequest, PageState
from sessions_app.models.sandbox_payments import SandboxPayment, SandboxPaymentStatus, SandboxRefund

_CAPTURED = frozenset({SandboxPaymentStatus.PAID})


class SandboxGateway:
    """Fulfils ``Payments`` on our own database. Raises GatewayRefused as a real gateway would."""

    name = "sandbox"

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open_page(self, request: PageRequest, *, key: str) -> GatewayPayment:
        """Make a page, or give the one made with this key before. Its address is a path of our own site."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = db.exec(select(SandboxPayment).where(col(SandboxPayment.key) == key)).first()
            if page is None:
                page = SandboxPayment(
                    checkout_id=f"cs_test_{secrets.token_hex(12)}",
                    intent_id=f"pi_test_{secrets.token_hex(12)}",
                    key=key,
                    token=secrets.token_urlsafe(24),
                    reference=request.reference,
                    description=request.description,
                    amount_minor=request.amount.minor,
                    currency=request.amount.currency,
                    captures_later=request.captures_later,
                    return_url=request.return_url,
                    expires_at=request.expires_at,
                    created_at=self._clock.now(),
                )
                db.add(page)
            return _told(page)

    def read_page(self, checkout_id: str) -> GatewayPayment:
        """The payment as it is now; a page past its end is told as expired."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = self._find(db, checkout_id)
            self._let_end(db, page)
            return _told(page)

    def close_page(self, checkout_id: str) -> GatewayPayment:
        """Expire an open page; one that was paid or is being paid is told as it is."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = self._find(db, checkout_id)
            if page.status is SandboxPaymentStatus.OPEN:
                page.status = SandboxPaymentStatus.EXPIRED
                db.add(page)
            return _told(page)

    def capture(self, checkout_id: str, amount: Money, *, key: str) -> GatewayPayment:
        """Take what was authorised; once taken, the answer is repeated."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = self._find(db, checkout_id)
            if page.status is SandboxPaymentStatus.AUTHORISED and amount.minor == page.amount_minor:
                page.status, page.captured_minor = SandboxPaymentStatus.PAID, page.amount_minor
                db.add(page)
            if page.status not in _CAPTURED:
                raise GatewayRefused("not_authorised", f"nothing to capture on a page that is {page.status}")
            return _told(page)

    def void(self, checkout_id: str, *, key: str) -> GatewayPayment:
        """Release what was authorised; once released, the answer is repeated."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = self._find(db, checkout_id)
            if page.status is SandboxPaymentStatus.AUTHORISED:
                page.status = SandboxPaymentStatus.VOIDED
                db.add(page)
            if page.status is not SandboxPaymentStatus.VOIDED:
                raise GatewayRefused("not_authorised", f"nothing to release on a page that is {page.status}")
            return _told(page)

    def refund(self, checkout_id: str, amount: Money, *, key: str) -> str:
        """Give back a part; the same key never gives back twice, and no key more than was taken."""
        with Session(self._engine, expire_on_commit=False) as db, db.begin():
            page = self._find(db, checkout_id)
            if db.get(SandboxRefund, key) is None:
                if amount.minor > page.captured_minor - page.refunded_minor:
                    raise GatewayRefused("refund_exceeds_payment")
                page.refunded_minor += amount.minor
                db.add(page)
                db.add(
                    SandboxRefund(
                        key=key,
                        checkout_id=checkout_id,
                        amount_minor=amount.minor,
                        created_at=self._clock.now(),
                    )
                )
            return f"re_test_{key}"

    def _find(self, db: Session, checkout_id: str) -> SandboxPayment:
        page = db.get(SandboxPayment, checkout_id, with_for_update=True)
        if page is None:
            raise GatewayRefused("no_such_page")
        return page

    def _let_end(self, db: Session, page: SandboxPayment) -> None:
        if page.status is SandboxPaymentStatus.OPEN and page.expires_at <= self._clock.now():
            page.status = SandboxPaymentStatus.EXPIRED
            db.add(page)


def _told(page: SandboxPayment) -> GatewayPayment:
    return GatewayPayment(
        checkout_id=page.checkout_id,
        intent_id=page.intent_id,
        reference=page.reference,
        state=PageState(page.status.value),
        amount=Money(page.amount_minor, page.currency),
        captured_minor=page.captured_minor,
        refunded_minor=page.refunded_minor,
        url=f"/test-pay/{page.token}",
        method_label="Test card •••• 4242",
    )
