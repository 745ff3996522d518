"""The plain scripts of ``assets/``, each on a small page of its own in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.infra.browser import new_context

ASSETS = Path(__file__).resolve().parents[2] / "assets"

# A calendar that redraws itself as the server would: late, and with new nodes.
CALENDAR = """
<div data-calendar>
  <h2 id="month"></h2>
  <button data-month="previous">Previous month</button><button data-month="next">Next month</button>
  <table role="grid" aria-labelledby="month"><tbody></tbody></table>
</div>
<h2 id="times" tabindex="-1"></h2>
<script>
  var first = "2026-12", shown = "2026-12", last = "2027-01";
  function iso(date) { return date.toISOString().slice(0, 10); }
  function draw() {
    document.querySelector("[data-month=previous]").disabled = shown <= first;
    document.querySelector("[data-month=next]").disabled = shown >= last;
    document.getElementById("month").textContent = shown;
    var day = new Date(shown + "-01T00:00:00Z"), rows = "";
    day.setUTCDate(1 - (day.getUTCDay() + 6) % 7);
    while (iso(day).slice(0, 7) <= shown) {
      rows += "<tr>";
      for (var i = 0; i < 7; i++) {
        var inside = iso(day).slice(0, 7) === shown;
        rows += "<td>" + (inside ? "<button data-date=" + iso(day) + " tabindex=" + (day.getUTCDate() === 8 ? 0 : -1)
          + " aria-disabled=" + (day.getUTCDate() === 9) + ">" + day.getUTCDate() + "</button>" : "") + "</td>";
        day.setUTCDate(day.getUTCDate() + 1);
      }
      rows += "</tr>";
    }
    document.querySelector("tbody").innerHTML = rows;
  }
  function turn(by) {
    return function () {
      var month = new Date(shown + "-01T00:00:00Z");
      month.setUTCMonth(month.getUTCMonth() + by);
      setTimeout(function () { shown = iso(month).slice(0, 7); draw(); }, 60);
    };
  }
  document.querySelector("[data-month=previous]").onclick = turn(-1);
  document.querySelector("[data-month=next]").onclick = turn(1);
  document.querySelector("tbody").onclick = function (event) {
    var date = event.target.dataset.date;
    if (date) setTimeout(function () {
      document.getElementById("times").dataset.times = date;
      document.getElementById("times").textContent = "Times on " + date;
    }, 60);
  };
  draw();
</script>
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


def show(page: Page, body: str, *scripts: str) -> None:
    page.set_content(f"<!doctype html><html lang=en><body>{body}</body></html>")
    for script in scripts:
        page.add_script_tag(path=ASSETS / script)


def focused(page: Page, name: str = "date") -> str:
    return str(page.evaluate(f"document.activeElement.dataset.{name} || document.activeElement.id"))


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        (["ArrowLeft"], "2026-12-07"),
        (["ArrowRight"], "2026-12-09"),
        (["ArrowUp"], "2026-12-01"),
        (["ArrowDown", "ArrowDown"], "2026-12-22"),
        (["Home"], "2026-12-07"),
        (["End"], "2026-12-13"),
        (["PageDown"], "2027-01-08"),
        (["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"], "2027-01-05"),
    ],
)
def test_keys_move_through_the_month(page: Page, keys: list[str], day: str) -> None:
    show(page, CALENDAR, "grid.js")
    page.locator("[data-date='2026-12-08']").focus()
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(f"document.activeElement.dataset.date === '{day}'")
    assert page.locator("[role=grid] [data-date][tabindex='0']").count() == 1


def test_the_last_day_stands_in_for_a_day_that_a_month_lacks(page: Page) -> None:
    show(page, CALENDAR, "grid.js")
    page.evaluate("first = '2027-01'; shown = '2027-01'; last = '2027-02'; draw()")
    page.locator("[data-date='2027-01-31']").focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("document.activeElement.dataset.date === '2027-02-28'")


def test_keys_stop_where_the_calendar_ends(page: Page) -> None:
    show(page, CALENDAR, "grid.js")
    page.locator("[data-date='2026-12-01']").focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "2026-12-01"
    assert page.locator("#month").inner_text() == "2026-12"


def test_choosing_by_keyboard_moves_on_to_the_times(page: Page) -> None:
    show(page, CALENDAR, "grid.js")
    page.locator("[data-date='2026-12-08']").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'times'")


def test_choosing_by_mouse_leaves_the_focus_on_the_day(page: Page) -> None:
    show(page, CALENDAR, "grid.js")
    page.locator("[data-date='2026-12-08']").click()
    page.locator("#times", has_text="Times on").wait_for()
    assert focused(page) == "2026-12-08"


def test_a_disabled_day_is_passed_over_but_not_chosen(page: Page) -> None:
    show(page, CALENDAR, "grid.js")
    page.locator("[data-date='2026-12-08']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("#times", has_text="Times on").wait_for()
    assert focused(page) == "2026-12-09"


def countdown(until: datetime, now: str = "") -> str:
    return (
        f'<span data-until="{until.isoformat()}" data-total="600" data-now="{now}"><span data-left></span>'
        '<button data-end hidden onclick="window.ended = (window.ended || 0) + 1"></button></span>'
    )


def taken_over(page: Page) -> None:
    """What React leaves on the page once it has taken over the prerendered nodes."""
    page.evaluate("document.body.__reactFiber$test = {}")


def test_a_countdown_touches_nothing_before_the_page_is_taken_over(page: Page) -> None:
    now = datetime.now(UTC)
    page.clock.install(time=now)
    show(page, countdown(now + timedelta(minutes=9)), "countdown.js")
    page.clock.run_for(5_000)
    assert page.locator("[data-left]").inner_text() == ""
    taken_over(page)
    page.clock.run_for(2_000)
    assert page.locator("[data-left]").inner_text().startswith("8:5")


def test_long_waits_are_counted_in_hours_and_minutes(page: Page) -> None:
    show(page, countdown(datetime.now(UTC) + timedelta(hours=3, minutes=5, seconds=30)), "countdown.js")
    taken_over(page)
    page.wait_for_function("document.querySelector('[data-left]').textContent === '3 h 05 min'")


def test_the_server_corrects_a_wrong_clock_of_the_device(page: Page) -> None:
    server = datetime.now(UTC) + timedelta(hours=2)
    show(page, countdown(server + timedelta(minutes=5), server.isoformat()), "countdown.js")
    taken_over(page)
    page.wait_for_function("/^(5:00|4:5)/.test(document.querySelector('[data-left]').textContent)")


def test_the_end_is_told_once_and_only_if_it_was_waited_for(page: Page) -> None:
    now = datetime.now(UTC)
    page.clock.install(time=now)
    soon, gone = now + timedelta(seconds=5), now - timedelta(seconds=5)
    show(page, countdown(gone) + countdown(soon), "countdown.js")
    taken_over(page)
    page.clock.run_for(2_000)
    assert page.evaluate("window.ended") is None
    page.clock.run_for(10_000)
    assert page.evaluate("window.ended") == 1


DIALOG = """
<button id="opener" onclick="here.innerHTML = template.innerHTML">Open</button><div id="here"></div>
<template id="template"><dialog data-modal aria-labelledby="t" style="padding:0"><h2 id="t">Cancel this session?</h2>
<button data-dismiss onclick="document.getElementById('here').innerHTML = ''">Close</button>
<button id="keep" data-autofocus>Keep session</button></dialog></template>
"""


def test_a_dialog_opens_when_drawn_and_gives_the_focus_back(page: Page) -> None:
    show(page, DIALOG, "kit.js")
    page.locator("#opener").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Cancel this session?").wait_for()
    assert focused(page) == "keep"
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page) == "opener"


def test_the_ground_behind_a_dialog_dismisses_it(page: Page) -> None:
    show(page, DIALOG, "kit.js")
    page.locator("#opener").click()
    page.get_by_role("dialog").wait_for()
    page.mouse.click(5, 5)
    page.get_by_role("dialog").wait_for(state="detached")


def test_text_dragged_out_of_a_dialog_does_not_dismiss_it(page: Page) -> None:
    show(page, DIALOG, "kit.js")
    page.locator("#opener").click()
    page.get_by_role("dialog").wait_for()
    page.locator("#t").hover()
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()  # whatever it causes has happened when this returns
    assert page.get_by_role("dialog").is_visible()


MENU = """
<button id="trigger" popovertarget="m">More</button>
<div id="m" popover="auto" role="menu">
<button role="menuitem" tabindex="-1" onclick="window.chosen = 'Reschedule'">Reschedule</button>
<button role="menuitem" tabindex="-1">Message</button><button role="menuitem" tabindex="-1">Cancel</button></div>
"""


def test_a_menu_is_walked_by_keys_and_closes_on_choice(page: Page) -> None:
    show(page, MENU, "kit.js")
    page.locator("#trigger").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.textContent === 'Reschedule'")
    for key, item in (
        ("ArrowUp", "Cancel"),
        ("ArrowDown", "Reschedule"),
        ("End", "Cancel"),
        ("m", "Message"),
    ):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == item
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert page.evaluate("window.chosen") == "Reschedule"
    assert not page.get_by_role("menu").is_visible()
    assert focused(page) == "trigger"


def test_a_button_that_waits_lets_no_second_click_through(page: Page) -> None:
    show(
        page,
        "<button onclick=\"window.clicks = (window.clicks || 0) + 1; this.ariaBusy = 'true'\">Book</button>",
        "kit.js",
    )
    page.get_by_role("button").click()
    page.get_by_role("button").click(force=True)
    page.keyboard.press("Enter")
    assert page.evaluate("window.clicks") == 1


def test_the_zone_of_the_device_is_told_before_the_first_event(browser: Browser) -> None:
    context = new_context(browser, timezone="America/New_York", base_url="http://localhost")
    page = context.new_page()
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")
    )
    page.goto("/")
    page.add_script_tag(path=ASSETS / "tz.js")
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    assert cookies == {"tz": "America/New_York", "hc": "24", "ws": "1"}
    page.evaluate("document.cookie = 'hc=12; path=/'")
    page.add_script_tag(path=ASSETS / "tz.js")
    assert "hc=12" in page.evaluate("document.cookie")
    context.close()


@pytest.mark.parametrize(
    ("locale", "before", "first_day"),
    [
        ("en-US", "", "7"),
        ("fr-FR", "", "1"),
        ("ar-EG", "", "6"),
        # Browsers before the method had the property, and those before the property say nothing.
        ("en-US", "delete Intl.Locale.prototype.getWeekInfo; "
         "Object.defineProperty(Intl.Locale.prototype, 'weekInfo', {value: {firstDay: 7}})", "7"),
        ("en-US", "delete Intl.Locale.prototype.getWeekInfo", None),
        ("en-US", "delete Intl.Locale", None),
    ],
    ids=["sunday", "monday", "saturday", "property", "unknown", "no locales"],
)  # fmt: skip
def test_the_first_weekday_of_the_device_is_told(
    browser: Browser, locale: str, before: str, first_day: str | None
) -> None:
    context = new_context(browser, locale=locale, base_url="http://localhost")
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")
    )
    page.goto("/")
    page.evaluate(before or "0")
    page.add_script_tag(path=ASSETS / "tz.js")
    assert {cookie["name"]: cookie["value"] for cookie in context.cookies()}.get("ws") == first_day
    assert thrown == []
    context.close()


def test_a_device_that_goes_offline_is_marked_until_it_is_back(page: Page) -> None:
    show(page, "", "net.js")
    # The events themselves: a machine without a network is never online, whatever the context is set to.
    for event, mark in (("offline", "off"), ("online", "on")):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert page.evaluate("document.documentElement.dataset.net") == mark


def test_a_page_served_by_this_very_device_needs_no_network(page: Page) -> None:
    page.context.set_offline(True)
    show(page, "", "net.js")
    assert page.evaluate("[navigator.onLine, document.documentElement.dataset.net]") == [False, None]


def test_a_time_that_changes_under_a_selection_is_still_replaced_by_what_is_typed(page: Page) -> None:
    show(page, '<input value="17:00" data-value="17:00">', "hours.js")
    page.locator("input").focus()
    page.locator("input").select_text()
    page.evaluate("document.querySelector('input').dataset.value = '24:00'")
    page.wait_for_function("document.querySelector('input').value === '24:00'")
    page.keyboard.type("02:00")
    assert page.locator("input").input_value() == "02:00"
