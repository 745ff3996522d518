/* What a conversation does in the browser alone.
 *
 *   [data-seen=id]  a hidden button that says which message is the newest: pressed once for each id, and only while the
 *                   page is in front of somebody, so that a tab left open in the background reads nothing */
(function () {
  var told = "";

  function look() {
    var button = document.querySelector("[data-seen]");
    if (!button) { told = ""; return; }
    if (document.visibilityState !== "visible" || !document.hasFocus()) return;
    var key = button.dataset.seen;
    if (key === told || key.endsWith(":0")) return;
    told = key;
    button.click();
  }

  /* React takes over the prerendered page only if it finds it as it was written, so nothing is touched before. */
  (function start() {
    if (!Object.keys(document.body || {}).some(function (key) { return key.startsWith("__reactFiber"); })) return setTimeout(start, 50);
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-seen"] });
    document.addEventListener("visibilitychange", look);
    addEventListener("focus", look);
    look();
  })();
})();
