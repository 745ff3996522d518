/* The instructor's week: dragging a session, clicking open time, and the line that says now. No round trip per pixel.
 *
 *   [data-week] the drawn week; data-first, data-snap (minutes); its CSS variable --hour is the height of an hour
 *   [data-day="2026-12-08"] a column; a click on its ground asks for a new session there
 *   [data-block] a session; data-drag="true" when it can be moved, data-minutes its length
 *   [data-now] the line of this minute
 *   #week-drop, #week-new: forms with fields session, day, minute; sent once, when something was dropped or clicked
 *
 * A drag begins after four pixels of a mouse or pen, snaps to data-snap, and Escape gives it up. Fingers scroll; for
 * them, and for the keyboard, each session's menu has the same. What a drop means is asked by the server's dialog. */
(function () {
  var drag = null, swallow = false, closes = false;

  function week() {
    return document.querySelector("[data-week]");
  }
  function number(node, name) {
    return Number(node.dataset[name]);
  }
  function hour(root) {
    return parseFloat(getComputedStyle(root).getPropertyValue("--hour"));
  }
  function pixels(root, minutes) {
    return (minutes * hour(root)) / 60;
  }
  function two(value) {
    return String(value).padStart(2, "0");
  }
  function columns(root) {
    return Array.from(root.querySelectorAll("[data-day]")).filter(function (one) {
      return one.getClientRects().length > 0;
    });
  }
  function columnAt(root, x) {
    var all = columns(root);
    return all.find(function (one) {
      var box = one.getBoundingClientRect();
      return x >= box.left && x < box.right;
    }) || null;
  }
  function minuteAt(root, column, y) {
    var snap = number(root, "snap"), box = column.getBoundingClientRect();
    var minute = number(root, "first") + ((y - box.top) * 60) / hour(root);
    return Math.round(minute / snap) * snap;
  }
  function send(id, facts) {
    var form = document.getElementById(id);
    if (!form) return;
    Object.keys(facts).forEach(function (name) {
      form.elements[name].value = facts[name];
    });
    form.requestSubmit();
  }

  document.addEventListener("pointerdown", function (event) {
    swallow = false;
    closes = !!document.querySelector("[popover]:popover-open"); /* this press only closes a menu */
    if (event.button !== 0 || event.pointerType === "touch" || !(event.target instanceof Element)) return;
    var block = event.target.closest("[data-block][data-drag=true]");
    if (!block || !block.closest("[data-week]")) return;
    var box = block.getBoundingClientRect();
    drag = { block: block, x: event.clientX, y: event.clientY, grip: event.clientY - box.top, ghost: null, at: null };
  });

  function begin() {
    var ghost = document.createElement("div"), box = drag.block.getBoundingClientRect();
    ghost.className = "pointer-events-none fixed z-(--z-popover) rounded-control border-2 border-accent bg-accent-soft " +
      "px-2 py-1 text-xs font-semibold tabular-nums text-on-accent-soft shadow-1";
    ghost.style.width = box.width + "px";
    ghost.style.height = box.height + "px";
    document.body.appendChild(ghost);
    drag.ghost = ghost;
    drag.block.style.opacity = "0.45";
    document.body.style.userSelect = "none";
    document.body.style.cursor = "grabbing";
  }

  document.addEventListener("pointermove", function (event) {
    if (!drag) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
      begin();
    }
    var root = week(), column = root && columnAt(root, event.clientX);
    drag.at = null;
    drag.ghost.style.visibility = column ? "visible" : "hidden";
    if (!column) return;
    var first = number(root, "first"), box = column.getBoundingClientRect();
    var last = first + (box.height * 60) / hour(root) - number(drag.block, "minutes");
    var minute = Math.min(Math.max(minuteAt(root, column, event.clientY - drag.grip), first), Math.floor(last));
    drag.at = { session: drag.block.dataset.block, day: column.dataset.day, minute: minute };
    drag.ghost.style.left = box.left + "px";
    drag.ghost.style.width = box.width + "px";
    drag.ghost.style.top = box.top + pixels(root, minute - first) + "px";
    drag.ghost.textContent = two(Math.floor(minute / 60)) + ":" + two(minute % 60);
  });

  function end(takes) {
    if (!drag) return;
    var done = drag;
    drag = null;
    if (!done.ghost) return;
    done.ghost.remove();
    done.block.style.opacity = "";
    document.body.style.userSelect = document.body.style.cursor = "";
    swallow = true; /* the click that follows a drag opens nothing, be it seconds after Escape */
    if (takes && done.at) send("week-drop", done.at);
  }
  document.addEventListener("pointerup", function () {
    end(true);
    setTimeout(function () { swallow = false; }, 50);
  });
  document.addEventListener("pointercancel", function () { end(false); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && drag && drag.ghost) {
      event.preventDefault();
      end(false);
    }
  });

  document.addEventListener("click", function (event) {
    if (swallow) {
      event.preventDefault();
      event.stopPropagation();
      swallow = false;
      return;
    }
    if (!(event.target instanceof Element) || event.target.closest("[data-block], a, button, [popover]")) return;
    var column = event.target.closest("[data-week] [data-day]"), root = week();
    if (!column || !root || closes) return;
    var snap = number(root, "snap"), box = column.getBoundingClientRect();
    var minute = number(root, "first") + ((event.clientY - box.top) * 60) / hour(root);
    send("week-new", { session: "", day: column.dataset.day, minute: Math.floor(minute / snap) * snap });
  }, true);

  /* The line moves by itself between two looks of the server. */
  setInterval(function () {
    var root = week(), line = root && root.querySelector("[data-now]");
    if (!line) return;
    var at = new Date(line.dataset.now).getTime();
    if (line.dataset.seen !== line.dataset.now) {
      line.dataset.seen = line.dataset.now;
      line.dataset.since = String(Date.now());
    }
    var passed = (Date.now() - Number(line.dataset.since)) / 60000;
    if (!isNaN(at)) line.style.transform = "translateY(" + pixels(root, passed) + "px)";
  }, 30000);
})();
