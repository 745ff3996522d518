"""Prepaid credits: a balance is the sum of immutable postings; spending locks the student first."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import col, select

from sessions_app.domain import ledger
from sessions_app.domain.errors import InvalidInput, NotAllowed
from sessions_app.models import Booking, CreditAccount, LedgerEntry
from sessions_app.services import audit
from sessions_app.services.unit_of_work import UnitOfWork


def balance_of(work: UnitOfWork, student_id: str) -> int:
    """The credits a student holds now."""
    total = (
        select(func.coalesce(func.sum(LedgerEntry.amount), 0))
        .join(CreditAccount, col(CreditAccount.id) == col(LedgerEntry.account_id))
        .where(col(CreditAccount.student_id) == student_id)
    )
    return int(work.db.exec(total).one())


def spend(work: UnitOfWork, booking: Booking) -> None:
    """Pay a booking's credits from its student's account, once. Raises InsufficientCredits."""
    work.lock(student=booking.student_id)
    ledger.spend(balance_of(work, booking.student_id), booking.credits)
    _post(work, booking.student_id, -booking.credits, ledger.spend_reason(booking.id), booking_id=booking.id)


def give_back(work: UnitOfWork, booking: Booking, amount: int, *, cause: str) -> None:
    """Return credits of a booking that ended, once for each cause; nothing for 0."""
    if amount:
        reason = ledger.return_reason(booking.id, cause)
        _post(work, booking.student_id, amount, reason, booking_id=booking.id)


def spent_on(work: UnitOfWork, booking_id: str) -> int:
    """The credits that a booking has cost so far, after returns."""
    total = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        col(LedgerEntry.booking_id) == booking_id
    )
    return -int(work.db.exec(total).one())


def grant(work: UnitOfWork, *, student_id: str, amount: int, key: str, note: str = "") -> None:
    """Give credits, by staff or the platform; the same ``key`` gives them once.

    Raises NotAllowed to others, InvalidInput for an amount that is not positive.
    """
    if not (work.actor.is_staff or work.actor.is_system):
        raise NotAllowed
    if amount <= 0:
        raise InvalidInput("Give at least one credit.", field="amount")
    reason = ledger.grant_reason(work.actor.person_id or "system", key)
    work.lock(student=student_id)
    if work.db.exec(select(LedgerEntry.id).where(col(LedgerEntry.reason) == reason)).first():
        return
    _post(work, student_id, amount, reason, note=note)
    audit.record(work, "credits.granted", "person", student_id, amount=amount)


def _post(
    work: UnitOfWork,
    student_id: str,
    amount: int,
    reason: str,
    *,
    booking_id: str | None = None,
    note: str = "",
) -> None:
    account = work.db.exec(select(CreditAccount).where(col(CreditAccount.student_id) == student_id)).first()
    if account is None:
        account = CreditAccount(student_id=student_id)
        work.db.add(account)
        work.db.flush()
    work.db.add(
        LedgerEntry(
            account_id=account.id,
            amount=amount,
            reason=reason,
            booking_id=booking_id,
            note=note,
            created_at=work.now,
        )
    )
    work.db.flush()
