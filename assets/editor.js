/* What editors do in the browser alone.
 *
 *   form[data-guard]           notes that something was changed (data-dirty); leaving then asks first, by a link, by
 *                              closing and by the browser's "back" alike
 *   [data-discard]             a link that leaves without asking
 *   [data-reorder]             its rows [data-row] are dragged by [data-handle]; where one is dropped is told through the
 *                              field [data-dropped] as "id:place"
 *   [data-move]                keeps the focus when its row moves
 *   input[data-upload=address] sends each chosen file there; [data-upload-note] says how far it is, [data-upload-error]
 *                              what was refused */
(function () {
  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  /* unsaved changes */
  var QUESTION = "Leave without saving? What you changed here is lost.";
  var at = "";
  function dirty() { return document.querySelector("form[data-guard][data-dirty=true]"); }
  function changed(event) {
    var form = closest(event, "form[data-guard]");
    if (!form) return;
    form.dataset.dirty = "true";
    at = location.href;
  }
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  window.addEventListener("beforeunload", function (event) {
    if (dirty()) event.preventDefault();
  });
  document.addEventListener("click", function (event) {
    var link = closest(event, "a[href]"), form = dirty();
    if (!link || !form || link.target === "_blank" || link.hasAttribute("download")) return;
    if (link.getAttribute("href").startsWith("#")) return;
    if (link.hasAttribute("data-discard") || window.confirm(QUESTION)) form.dataset.dirty = "false";
    else {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  window.addEventListener("popstate", function (event) {
    var form = dirty();
    if (!form || at.split("#")[0] === location.href.split("#")[0]) return;
    if (window.confirm(QUESTION)) {
      form.dataset.dirty = "false";
      return;
    }
    // The address has changed already; the router has not heard of it yet and never does.
    event.stopImmediatePropagation();
    history.pushState({ usr: null, key: "stay", idx: ((event.state || {}).idx || 0) + 1 }, "", at);
  }, true);

  /* rows in an order of one's own */
  var dragged = null;
  function place(list, y) {
    var others = Array.from(list.querySelectorAll("[data-row]")).filter(function (row) { return row !== dragged; });
    var at = others.findIndex(function (row) {
      var box = row.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return { at: at < 0 ? others.length : at, others: others };
  }
  function unmark() {
    document.querySelectorAll("[data-drop]").forEach(function (row) { delete row.dataset.drop; });
  }
  document.addEventListener("dragstart", function (event) {
    var handle = closest(event, "[data-handle]");
    dragged = handle && handle.closest("[data-row]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.row);
    event.dataTransfer.setDragImage(dragged, 16, 16);
  });
  document.addEventListener("dragover", function (event) {
    var list = closest(event, "[data-reorder]");
    if (!dragged || !list || !list.contains(dragged)) return;
    event.preventDefault();
    unmark();
    var found = place(list, event.clientY), last = found.others[found.others.length - 1];
    if (found.others[found.at]) found.others[found.at].dataset.drop = "before";
    else if (last) last.dataset.drop = "after";
  });
  document.addEventListener("drop", function (event) {
    var list = closest(event, "[data-reorder]");
    if (!dragged || !list || !list.contains(dragged)) return;
    event.preventDefault();
    tell(list.querySelector("[data-dropped]"), dragged.dataset.row + ":" + place(list, event.clientY).at);
  });
  document.addEventListener("dragend", function () {
    dragged = null;
    unmark();
  });
  function tell(field, value) {
    // React hears of a value only when it is set behind its back and then announced.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  var mover = null;
  document.addEventListener("click", function (event) {
    var button = closest(event, "[data-move]");
    mover = button ? { id: button.id, until: Date.now() + 3000 } : null;
  });
  new MutationObserver(function () {
    if (!mover || Date.now() > mover.until || document.activeElement !== document.body) return;
    var button = document.getElementById(mover.id);
    if (button) button.focus();
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* files */
  function say(scope, selector, text) {
    var node = scope.querySelector(selector);
    if (node) {
      node.textContent = text;
      node.hidden = !text;
    }
  }
  function send(input, file, done) {
    var scope = input.closest("[data-uploads]"), most = Number(input.dataset.maxMb);
    if (file.size > most * 1000000) {
      say(scope, "[data-upload-error]", file.name + ": Please keep files under " + most + " MB.");
      done();
      return;
    }
    var request = new XMLHttpRequest(), form = new FormData();
    form.append("file", file);
    request.open("POST", input.dataset.upload);
    request.upload.onprogress = function (event) {
      if (event.lengthComputable) {
        say(scope, "[data-upload-note]",
          "Uploading " + file.name + ", " + Math.floor(100 * event.loaded / event.total) + " %");
      }
    };
    request.onload = function () {
      if (request.status === 201) return;
      var message = "";
      try { message = JSON.parse(request.responseText).error.message; } catch (error) { message = ""; }
      say(scope, "[data-upload-error]", file.name + ": " + (message || "This did not work. Please try again."));
    };
    request.onerror = function () {
      say(scope, "[data-upload-error]", file.name + ": The connection broke off. Please try again.");
    };
    request.onloadend = function () {
      say(scope, "[data-upload-note]", "");
      done();
    };
    request.send(form);
  }
  document.addEventListener("change", function (event) {
    var input = closest(event, "input[data-upload]");
    if (!input || !input.files.length) return;
    var files = Array.from(input.files);
    input.value = "";
    say(input.closest("[data-uploads]"), "[data-upload-error]", "");
    (function next() {
      if (files.length) send(input, files.shift(), next);
    })();
  });
})();
