/* Keys of a month grid (APG date picker), with roving tabindex and no round trip per key.
 *
 *   [role=grid] with day buttons [data-date="2026-12-01"]; disabled days are aria-disabled, so arrows pass over them
 *   [data-calendar] around the grid and its buttons [data-month="previous"] and [data-month="next"]
 *   [data-times="2026-12-01"] the heading of that day's times, tabindex -1
 *
 * Arrows: day and week. Home, End: first and last day of the week. PageUp, PageDown: the same day of the month before
 * and after, or its last day; with Shift, of the year. A day outside the grid presses the month buttons until it comes,
 * or until the button is disabled. Enter and Space choose; focus then goes to the heading of the times. */
(function () {
  var DAY = "[role=grid] [data-date]";

  function parse(text) {
    var part = text.split("-").map(Number);
    return new Date(Date.UTC(part[0], part[1] - 1, part[2]));
  }
  function format(date) {
    return date.toISOString().slice(0, 10);
  }
  function addDays(date, days) {
    return new Date(date.getTime() + days * 86400000);
  }
  function addMonths(date, months) {
    var first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
    var last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    first.setUTCDate(Math.min(date.getUTCDate(), last));
    return first;
  }
  function visible(node) {
    return !!node && node.getClientRects().length > 0;
  }
  function find(root, selector) {
    return Array.from(root.querySelectorAll(selector)).find(visible);
  }
  function dayOf(root, date) {
    return find(root, '[role=grid] [data-date="' + date + '"]');
  }
  function edge(button, last) {
    var cells = Array.from(button.closest("tr").querySelectorAll("[data-date]"));
    return cells[last ? cells.length - 1 : 0];
  }

  /* Run `check` now and after each change of the page, until it answers true or three seconds pass. */
  function until(check) {
    if (check()) return;
    var observer = new MutationObserver(function () {
      if (check()) stop();
    });
    var timer = setTimeout(stop, 3000);
    function stop() {
      observer.disconnect();
      clearTimeout(timer);
    }
    observer.observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
  }

  function seek(root, target, forward) {
    var pressedOn = "";
    until(function () {
      var day = dayOf(root, target);
      if (day) {
        day.focus();
        return true;
      }
      var shown = Array.from(root.querySelectorAll(DAY)).filter(visible).map(function (one) { return one.dataset.date; }).join();
      if (shown === pressedOn) return false; /* the month is still on its way */
      var button = find(root, '[data-month="' + (forward ? "next" : "previous") + '"]');
      if (!button || button.disabled || button.getAttribute("aria-disabled") === "true") return true;
      pressedOn = shown;
      button.click();
      return false;
    });
  }

  document.addEventListener("keydown", function (event) {
    var button = event.target instanceof Element ? event.target.closest(DAY) : null;
    if (!button || event.altKey || event.ctrlKey || event.metaKey) return;
    var root = button.closest("[data-calendar]") || document, from = parse(button.dataset.date), to = null;
    if (event.key === "ArrowLeft") to = addDays(from, -1);
    else if (event.key === "ArrowRight") to = addDays(from, 1);
    else if (event.key === "ArrowUp") to = addDays(from, -7);
    else if (event.key === "ArrowDown") to = addDays(from, 7);
    else if (event.key === "PageUp") to = addMonths(from, event.shiftKey ? -12 : -1);
    else if (event.key === "PageDown") to = addMonths(from, event.shiftKey ? 12 : 1);
    else if (event.key === "Home" || event.key === "End") to = parse(edge(button, event.key === "End").dataset.date);
    if (!to) return;
    event.preventDefault();
    seek(root, format(to), to > from);
  });

  document.addEventListener("focusin", function (event) {
    var button = event.target instanceof Element ? event.target.closest(DAY) : null;
    if (!button) return;
    button.closest("[role=grid]").querySelectorAll("[data-date]").forEach(function (one) {
      one.tabIndex = one === button ? 0 : -1;
    });
  });

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element ? event.target.closest(DAY) : null;
    if (!button || event.detail !== 0 || button.getAttribute("aria-disabled") === "true") return; /* 0: by keyboard */
    until(function () {
      var heading = find(document, '[data-times="' + button.dataset.date + '"]');
      if (heading) heading.focus();
      return !!heading;
    });
  });
})();
