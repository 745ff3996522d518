/* Counts down every [data-until] of the page (components/ui/time.py countdown), also in nodes rendered later.
 * data-until, data-now: ISO 8601 instants; data-now, the server's clock when the node was made, corrects a wrong clock
 * of the device. data-total: seconds of a full ring. Writes [data-left], the ring and, in the last two minutes,
 * data-low="true"; at zero presses [data-end] once,
 * and only if it was seen running, so that a node made too late never asks again and again. */
(function () {
  var seen = new WeakMap();

  function words(left) {
    var hours = Math.floor(left / 3600), minutes = Math.floor((left % 3600) / 60), seconds = left % 60;
    if (hours) return hours + " h " + String(minutes).padStart(2, "0") + " min";
    return minutes + ":" + String(seconds).padStart(2, "0");
  }

  function show(node) {
    var until = node.dataset.until, state = seen.get(node);
    if (!state || state.until !== until || state.now !== node.dataset.now) {
      var server = Date.parse(node.dataset.now);
      state = { until: until, now: node.dataset.now, skew: isNaN(server) ? 0 : server - Date.now(), ran: false };
      seen.set(node, state);
    }
    var end = Date.parse(until);
    if (isNaN(end)) return;
    var left = Math.max(0, Math.ceil((end - Date.now() - state.skew) / 1000));
    var text = node.querySelector("[data-left]"), ring = node.querySelector("[data-ring]");
    if (text && text.textContent !== words(left)) text.textContent = words(left);
    if (node.dataset.low !== String(left <= 120)) node.dataset.low = String(left <= 120);
    if (ring) {
      var share = Math.min(1, left / Math.max(1, Number(node.dataset.total) || left));
      ring.style.strokeDasharray = share * 100 + " 200";
      ring.style.visibility = left ? "visible" : "hidden";
    }
    if (left) state.ran = true;
    else if (state.ran) {
      state.ran = false;
      var button = node.querySelector("[data-end]");
      if (button) button.click();
    }
  }

  function tick() {
    document.querySelectorAll("[data-until]").forEach(show);
  }

  /* React takes over the prerendered page only if it finds it as it was written, so nothing is counted before. */
  function isTakenOver() {
    return Object.keys(document.body).some(function (key) { return key.startsWith("__reactFiber"); });
  }

  (function start() {
    if (!isTakenOver()) return setTimeout(start, 50);
    setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    new MutationObserver(tick).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-until"] });
    tick();
  })();
})();
