"""Carrying out what a change asked of the gateway: capture, void, refund. Repeated until it is answered."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from sqlmodel import col, select

from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import GatewayPayment, GatewayRefused, GatewayUnavailable
from sessions_app.models import GatewayTask, Payment, Refund
from sessions_app.models.money import RefundStatus, TaskKind, TaskState
from sessions_app.services import audit, payments
from sessions_app.services.unit_of_work import Platform, UnitOfWork

LEASE = timedelta(seconds=60)
_BATCH = 50
_LONGEST_WAIT = 3600

_log = logging.getLogger(__name__)


def run_due(platform: Platform) -> int:
    """Do every due task; return how many were done. Safe in several processes and when killed at any point.

    The task's key goes to the gateway with every try, so that a repeated call has no second effect.
    """
    done = 0
    for key in platform.run(_claim, Actor.system()):
        task, payment = platform.read(_load, Actor.system(), key)
        try:
            platform.run(_finish, Actor.system(), key, _ask(platform, task, payment))
        except GatewayUnavailable as unknown:
            platform.run(_later, Actor.system(), key, str(unknown))
        except GatewayRefused as refused:
            platform.run(_park, Actor.system(), key, f"{refused.code}: {refused}")
        except Exception as broken:  # a fault of ours: the tasks behind it must not wait
            _log.exception("task %s cannot be done", key)
            platform.run(_later, Actor.system(), key, f"{type(broken).__name__}: {broken}")
        else:
            done += 1
    return done


def _ask(platform: Platform, task: GatewayTask, payment: Payment) -> GatewayPayment | str:
    amount = Money(task.amount_minor, payment.currency)
    checkout_id = payment.checkout_id or ""
    if task.kind is TaskKind.REFUND:
        return platform.payments.refund(checkout_id, amount, key=task.key)
    if task.kind is TaskKind.CAPTURE:
        return platform.payments.capture(checkout_id, amount, key=task.key)
    return platform.payments.void(checkout_id, key=task.key)


def _claim(work: UnitOfWork) -> list[str]:
    tasks = work.db.exec(
        select(GatewayTask)
        .where(col(GatewayTask.state) == TaskState.TODO, col(GatewayTask.available_at) <= work.now)
        .order_by(col(GatewayTask.available_at))
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for task in tasks:
        task.attempts += 1
        task.available_at = work.now + LEASE
        work.db.add(task)
    return [task.key for task in tasks]


def _load(work: UnitOfWork, key: str) -> tuple[GatewayTask, Payment]:
    task = work.db.get_one(GatewayTask, key)
    return task, work.db.get_one(Payment, task.payment_id)


def _later(work: UnitOfWork, key: str, error: str) -> None:
    task = work.db.get_one(GatewayTask, key)
    wait = min(2**task.attempts, _LONGEST_WAIT) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
    task.available_at = work.now + timedelta(seconds=wait)
    task.last_error = error[:500]
    work.db.add(task)


def _park(work: UnitOfWork, key: str, error: str) -> None:
    task = work.db.get_one(GatewayTask, key)
    task.state = TaskState.PARKED
    task.last_error = error[:500]
    work.db.add(task)
    if task.refund_id:
        refund = work.db.get_one(Refund, task.refund_id)
        refund.status = RefundStatus.FAILED
        work.db.add(refund)
    audit.record(work, "gateway.refused", "payment", task.payment_id, task=key, error=error[:200])


def _finish(work: UnitOfWork, key: str, told: GatewayPayment | str) -> None:
    task = work.db.get_one(GatewayTask, key)
    if task.state is not TaskState.TODO:
        return
    task.state = TaskState.DONE
    work.db.add(task)
    if isinstance(told, GatewayPayment):
        payments.settle(work, told)
    elif task.refund_id:
        refund = work.db.get_one(Refund, task.refund_id)
        refund.status, refund.gateway_ref, refund.done_at = RefundStatus.DONE, told, work.now
        work.db.add(refund)
        audit.record(work, "refund.done", "refund", refund.id)
