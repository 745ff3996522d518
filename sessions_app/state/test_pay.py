"""``/test-pay/[token]``: the page that stands in for the card form. Every ending of a payment can be chosen on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import reflex as rx

from sessions_app.domain.errors import CardDeclined, DomainError, IllegalTransition, NotFound
from sessions_app.services import live, sandbox_checkout
from sessions_app.services.sandbox_checkout import Press, SandboxPage
from sessions_app.state.base import AppState, public, require
from sessions_app.state.hub import hub
from sessions_app.state.wizard.payment import PayView, payment

_LEADS_BACK = (Press.PAY, Press.PAY_LATE, Press.MONEY_ARRIVES, Press.MONEY_FAILS)


class TestPayState(AppState):
    """One tab's payment page; ``pressed`` is the button that is at work."""

    __test__ = False  # a state, not a test

    view: PayView = PayView()
    refusal: str = ""
    pressed: str = ""
    is_gone: bool = False

    _token: str = ""

    @rx.event
    @require()
    async def load(self) -> None:
        """Show the page behind the address's token."""
        self._token = self.router.url.path.rstrip("/").rpartition("/")[2][:64]
        self.refusal, self.pressed = "", ""
        await self._draw()
        if self._identity is not None:
            hub.watch(self, TestPayState.refresh, {live.person_topic(self._identity.person_id)})

    @rx.event
    @public
    async def refresh(self) -> None:
        """The hold or the payment changed, or the hold's time is over."""
        if self._token and self._identity is not None and not self.pressed:
            await self._draw()

    @rx.event
    @public
    async def leave(self) -> None:
        """The page is left: watch nothing."""
        if not self.router.url.path.startswith("/test-pay/"):
            hub.leave(self, TestPayState.refresh)
            self.view, self._token, self.refusal, self.pressed = PayView(), "", "", ""

    @rx.event
    @require()
    async def press(self, button: str) -> AsyncIterator[Any]:
        """End the payment the way the button says."""
        if self.pressed or not self._token or button not in list(Press):
            return
        self.pressed, self.refusal = button, ""
        yield
        try:
            page = await self._call(
                sandbox_checkout.press, self._actor(), token=self._token, button=Press(button)
            )
        except CardDeclined as declined:
            self.refusal = self._declined(declined.details["held_until"])
            self.pressed = ""
            return
        except IllegalTransition:
            self.pressed = ""
            await self._draw()
            return
        self._show_page(page)
        if button in _LEADS_BACK:
            yield rx.redirect(self.view.done_href)
        else:
            self.pressed = ""

    async def _draw(self) -> None:
        try:
            page = await self._read(sandbox_checkout.view, token=self._token)
        except NotFound:
            self.is_gone, self.view = True, PayView()
            return
        self.is_gone = False
        self._show_page(page)

    def _show_page(self, page: SandboxPage) -> None:
        total = self._platform().settings.payment_hold_minutes * 60
        view = payment(page, self._viewer(), total_seconds=total)
        if view != self.view:
            self.view = view

    def _declined(self, held_until: datetime) -> str:
        return (
            f"Your card was declined. The time is held for you until {self._viewer().time(held_until)}. "
            "Try another card."
        )

    def _show(self, refused: DomainError) -> None:
        self.pressed, self.refusal = "", refused.message
