/* What the booking pages do in the browser alone.
 *
 *   [data-strip]              what is chosen in a strip that scrolls sideways comes into view
 *   [data-counts=id]          how much of the field #id is used: "136 / 1,000"
 *   [data-arrive]             a step's heading takes the focus when the step opens after a click, not on a page load
 *   [data-notice]             an alert takes the focus when it appears, so that keyboard and eye are where the way out is
 *   [data-clock] [role=radio] the choice of 12 or 24 hours is kept on the device (cookie "hc", as assets/tz.js) */
(function () {
  var seen = new WeakSet(), hasClicked = false;

  function center(strip) {
    if (strip.scrollWidth <= strip.clientWidth) return;
    var chosen = strip.querySelector("[aria-pressed=true], label:has(:checked)");
    var key = chosen ? chosen.getAttribute("aria-label") || chosen.textContent : "";
    if (!chosen || strip.dataset.shown === key) return;
    strip.dataset.shown = key;
    strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - (strip.clientWidth - chosen.clientWidth) / 2;
  }

  function count(node) {
    var field = document.getElementById(node.dataset.counts);
    if (!field || field.maxLength < 0) return;
    var text = field.value.length + " / " + field.maxLength.toLocaleString("en");
    if (node.textContent !== text) node.textContent = text;
  }

  function arrive(node) {
    if (seen.has(node)) return;
    seen.add(node);
    if (!hasClicked) return;
    scrollTo(0, 0);
    node.focus({ preventScroll: true });
  }

  function alertOf(node) {
    var key = node.dataset.notice + node.textContent;
    if (node.dataset.told === key) return;
    node.dataset.told = key;
    if (hasClicked) node.focus();
  }

  function look() {
    document.querySelectorAll("[data-strip]").forEach(center);
    document.querySelectorAll("[data-counts]").forEach(count);
    document.querySelectorAll("[data-arrive]").forEach(arrive);
    document.querySelectorAll("[data-notice]").forEach(alertOf);
  }

  document.addEventListener("click", function (event) {
    hasClicked = true;
    var choice = event.target instanceof Element ? event.target.closest("[data-clock] [role=radio]") : null;
    if (!choice) return;
    var tail = "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
    document.cookie = "hc=" + (choice.textContent.trim().startsWith("12") ? "12" : "24") + tail;
  }, true);
  document.addEventListener("input", look);

  /* React takes over the prerendered page only if it finds it as it was written, so nothing is touched before. */
  (function start() {
    if (!Object.keys(document.body).some(function (key) { return key.startsWith("__reactFiber"); })) return setTimeout(start, 50);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["aria-pressed", "data-zone"] });
    look();
  })();
})();
