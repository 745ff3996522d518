/* What the hours editor does in the browser alone.
 *
 *   input[data-value]     shows data-value whenever the server changes it, or says anew (data-rev) what it understood;
 *                         what is being typed meanwhile stays. Enter finishes typing as leaving the field does;
 *                         the arrows up and down move a time by a quarter of an hour
 *   [data-unsaved=true]   leaving the page asks first: the browser for other documents, dialog[data-leave] (its value
 *                         is the page's path) for links within the product and for "back", whose [data-go] goes on and
 *                         [data-stay] stays */
(function () {
  var sent = new WeakMap();

  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      var field = change.target, shown = field.dataset.value;
      if (shown === undefined || field.value === shown) return;
      var isTyping = document.activeElement === field && field.value !== sent.get(field);
      if (isTyping && (change.attributeName === "data-rev" || field.value !== change.oldValue)) return;
      var isWhole = document.activeElement === field && field.selectionEnd - field.selectionStart === field.value.length;
      field.value = shown;
      if (isWhole) field.select(); // what is typed next replaces the new value as it would have the old one
    });
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["data-value", "data-rev"], attributeOldValue: true });

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || field.dataset.value === undefined || field.form) return;
    event.preventDefault();
    sent.set(field, field.value);
    field.blur();
    field.focus();
  });

  var TIME = /^(\d{1,2}):(\d{2})(?: ?(am|pm))?$/i;
  function moved(text, minutes) {
    var parts = TIME.exec(text.trim());
    if (!parts) return text;
    var half = parts[3] && parts[3].toLowerCase(), hour = half ? (parts[1] % 12) + (half === "pm" ? 12 : 0) : +parts[1];
    var quarter = (60 * hour + +parts[2]) / 15, step = minutes > 0 ? Math.floor(quarter) + 1 : Math.ceil(quarter) - 1;
    var total = Math.min(Math.max(15 * step, 0), half ? 1425 : 1440), rest = String(total % 60).padStart(2, "0");
    if (!half) return String(Math.floor(total / 60)).padStart(2, "0") + ":" + rest;
    return (Math.floor(total / 60) % 12 || 12) + ":" + rest + (total < 720 ? " am" : " pm");
  }
  document.addEventListener("keydown", function (event) {
    var field = event.target, way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || !(field instanceof HTMLInputElement) || field.dataset.value === undefined || !TIME.test(field.value.trim())) return;
    event.preventDefault();
    field.value = moved(field.value, way);
  });

  function isUnsaved() {
    var typing = document.activeElement;
    var isTyped = typing instanceof HTMLInputElement && typing.dataset.value !== undefined && !typing.form && typing.value !== typing.dataset.value;
    return isTyped || document.querySelector("[data-unsaved=true]") !== null;
  }
  addEventListener("beforeunload", function (event) {
    if (isUnsaved()) event.preventDefault();
  });

  var wanted = null, leaving = false;
  function ask(goOn) {
    wanted = goOn;
    document.querySelector("dialog[data-leave]").showModal();
  }
  document.addEventListener("click", function (event) {
    var target = event.target instanceof Element ? event.target : null, dialog = document.querySelector("dialog[data-leave]");
    if (!target || !dialog) return;
    if (target.closest("[data-stay]")) return dialog.close();
    if (target.closest("[data-go]")) {
      dialog.close();
      if (wanted) wanted();
      return;
    }
    var link = target.closest("a[href]");
    if (!link || leaving || link.target === "_blank" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var to = new URL(link.href, location.href);
    if (to.origin !== location.origin || to.pathname === location.pathname || !isUnsaved()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(function () {
      if (!link.isConnected) return;
      leaving = true;
      link.click();
      leaving = false;
    });
  }, true);

  addEventListener("popstate", function (event) {
    var dialog = document.querySelector("dialog[data-leave]"), page = dialog && dialog.dataset.leave;
    if (leaving) {
      leaving = false;
      return;
    }
    if (!dialog || location.pathname.replace(/\/$/, "") === page || !isUnsaved()) return;
    // The address has changed already; the router has not heard of it yet. One step back from here is where it led.
    event.stopImmediatePropagation();
    history.pushState({ usr: null, key: "stay", idx: ((event.state || {}).idx || 0) + 1 }, "", page);
    if (dialog.open) return;
    ask(function () {
      leaving = true;
      history.back();
    });
  }, true);
})();
