"""Accessibility findings of the page on screen, by axe-core."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
_AT_REST = """() => !document.querySelector("[aria-busy=true]:not(button)") && document.getAnimations().every(
    animation => animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity)"""


@dataclass(frozen=True)
class Finding:
    """One rule broken: its axe id, how bad, what to do, and the elements it was broken by."""

    rule: str
    impact: str
    help: str
    elements: tuple[str, ...]

    def __str__(self) -> str:
        shown = "\n    ".join(self.elements[:5])
        return f"{self.impact}: {self.rule} ({self.help})\n    {shown}"


def findings(page: Page, *, impacts: tuple[str, ...] = SERIOUS, rules: tuple[str, ...] = ()) -> list[Finding]:
    """What axe finds on the page once it has come to rest, of these impacts; nothing hidden is looked at.

    ``rules`` are the ids of those to ask; none means all. Colours half faded in are nobody's to read.
    """
    page.wait_for_function(_AT_REST)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    result: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], elementRef: false, "
        "...(rules.length ? {runOnly: {type: 'rule', values: rules}} : {})})",
        list(rules),
    )
    return [
        Finding(
            rule=found["id"],
            impact=found["impact"],
            help=found["help"],
            elements=tuple(f"{' '.join(node['target'])}  {_reason(node)}" for node in found["nodes"]),
        )
        for found in result["violations"]
        if found["impact"] in impacts
    ]


def assert_accessible(page: Page, *, impacts: tuple[str, ...] = SERIOUS, rules: tuple[str, ...] = ()) -> None:
    """Fail with all findings of these impacts."""
    found = findings(page, impacts=impacts, rules=rules)
    assert not found, f"{page.url}:\n" + "\n".join(map(str, found))


def _reason(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks[:2])


@cache
def _axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
