"""How somebody uses a page: with a mouse, with a finger, or with the keys of a keyboard alone.

A journey written for a ``Hand`` is told once and taken three ways.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

_SPACED = ("checkbox", "switch", "radio")
_CHOICES = {"radio": ("radiogroup", "ArrowDown"), "tab": ("tablist", "ArrowRight")}
_FARTHEST = 150
_KIND = """node => node.closest('[role=menu]') ? 'menuitem'
  : node.dataset.date ? 'day'
  : node.getAttribute('role') || (node.matches('[type=checkbox], [type=radio]') ? node.type : '')"""
_WAY = """node => {
  const at = document.activeElement
  if (at === node) return ''
  return at.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? 'Shift+Tab' : 'Tab'
}"""


class Hand(Protocol):
    """What a person can do to what they see."""

    def press(self, target: Locator) -> None:
        """Press a button or a link, check a box, choose one of several, open a day of a calendar."""

    def write(self, field: Locator, text: str) -> None:
        """Replace what a field holds, and stay in it."""

    def write_date(self, field: Locator, on: date) -> None:
        """Fill a field that asks for a date."""


class Mouse:
    """A mouse, and fields that are filled at once."""

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def write_date(self, field: Locator, on: date) -> None:
        field.fill(on.isoformat())


class Finger(Mouse):
    """A finger on a screen that knows touch."""

    def press(self, target: Locator) -> None:
        target.tap()


class Keys:
    """A keyboard alone: Tab and Shift+Tab to go, arrows within what is one stop, Enter and Space to press."""

    def press(self, target: Locator) -> None:
        kind = target.evaluate(_KIND)
        if kind == "menuitem":
            self._walk(target, "ArrowDown")
        elif kind == "day":
            self._to_day(target)
        elif kind in _CHOICES:
            self._to_choice(target, *_CHOICES[kind])
        else:
            self._go(target)
        if kind == "tab" or (kind == "radio" and target.is_checked()):
            return  # to come there is to choose
        target.page.keyboard.press("Space" if kind in _SPACED else "Enter")

    def write(self, field: Locator, text: str) -> None:
        keyboard = field.page.keyboard
        if field.get_attribute("type") == "time":
            self._go_in_front(field)
            # The last letter is for browsers whose own language counts to twelve; others pass over it.
            keyboard.type(text.replace(":", "") + ("A" if text < "12" else "P"))
        else:
            self._go(field)
            keyboard.press("ControlOrMeta+A")
            keyboard.type(text)
        expect(field).to_have_value(text)

    def write_date(self, field: Locator, on: date) -> None:
        for order in ("%m%d%Y", "%d%m%Y"):  # the browser's own language decides, which no page can ask
            self._go_in_front(field)
            field.page.keyboard.type(f"{on:{order}}")
            if field.input_value() == on.isoformat():
                return
        raise AssertionError(f"{field} does not take {on}")

    def _go(self, target: Locator) -> None:
        """To a control of its own, the shorter way round."""
        expect(target).to_be_visible()
        for _ in range(_FARTHEST):
            key = target.evaluate(_WAY)
            if not key:
                return
            target.page.keyboard.press(key)
        raise AssertionError(f"{target} cannot be reached by Tab")

    def _go_in_front(self, field: Locator) -> None:
        """To the first part of a field that has several, each a stop of its own."""
        self._go(field)
        while not field.evaluate(_WAY):
            field.page.keyboard.press("Shift+Tab")
        self._go(field)

    def _walk(self, target: Locator, key: str) -> None:
        """Within what is one stop of Tab."""
        for _ in range(_FARTHEST):
            if not target.evaluate(_WAY):
                return
            target.page.keyboard.press(key)
        raise AssertionError(f"{target} cannot be reached by {key}")

    def _to_choice(self, target: Locator, group: str, key: str) -> None:
        """Into the group of choices, and on to this one."""
        choices = target.locator(f"xpath=ancestor::*[@role='{group}'][1]")
        chosen = choices.locator("[aria-checked=true], [aria-selected=true], :checked")
        self._go(chosen.first if chosen.count() else choices.locator("[role=radio], [type=radio]").first)
        self._walk(target, key)

    def _to_day(self, target: Locator) -> None:
        """Into the calendar, and day by day or week by week to this one."""
        page, wanted = target.page, date.fromisoformat(target.get_attribute("data-date") or "")
        self._go(target.locator("xpath=ancestor::*[@role='grid'][1]").locator("[tabindex='0']"))
        for _ in range(_FARTHEST):
            days = (wanted - _day_at(page)).days
            if not days:
                return
            weeks = "ArrowDown" if days > 0 else "ArrowUp"
            page.keyboard.press(weeks if abs(days) > 6 else "ArrowRight" if days > 0 else "ArrowLeft")
        raise AssertionError(f"{wanted} cannot be reached by the arrows")


def _day_at(page: Page) -> date:
    return date.fromisoformat(page.evaluate("document.activeElement.dataset.date"))


MOUSE, FINGER, KEYS = Mouse(), Finger(), Keys()
