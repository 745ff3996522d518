/* The kit's behaviour that must not wait for the server. Everything is delegated from the document or found by
 * attribute, so nodes rendered later work too. Nothing here knows the product.
 *
 *   dialog[data-modal]      shown as modal when it enters the page; Escape and its ground press [data-dismiss] inside;
 *                           [data-autofocus] gets the focus; focus returns when it leaves
 *   [popover]               placed below the control that names it in popovertarget; [data-close] and menu items close it;
 *                           [data-autofocus] inside gets the focus
 *   [role=menu]             arrows, Home, End, first letters
 *   [role=radiogroup], [role=tablist] made of buttons: arrows (and Home, End in tabs) move and choose
 *   [aria-busy=true]        a button that waits lets no second click through
 *   [data-reveal=id]        shows and hides the password in #id
 *   [data-copy=id]          copies what the field #id holds and selects it; every [data-copied] then says its value
 *   input[data-checked]     follows that attribute when the server changes it; a choice of the person shows at once
 *   [data-toast]            presses its [data-dismiss] after eight seconds, unless data-stays, hover or focus */
(function () {
  var openers = new WeakMap();

  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }
  function press(root, selector) {
    var control = root && root.querySelector(selector);
    if (control) control.click();
  }

  /* dialogs */
  var current = [];
  function watchDialogs() {
    document.querySelectorAll("dialog[data-modal]:not([open])").forEach(function (dialog) {
      openers.set(dialog, document.activeElement);
      current.push(dialog);
      dialog.showModal();
      (dialog.querySelector("[data-autofocus]") || dialog).focus();
    });
    current = current.filter(function (dialog) {
      if (dialog.isConnected) return true;
      var opener = openers.get(dialog);
      if (opener && opener.isConnected && document.activeElement === document.body) opener.focus();
      return false;
    });
  }
  document.addEventListener("cancel", function (event) {
    if (!event.target.matches("dialog[data-modal]")) return;
    event.preventDefault();
    press(event.target, "[data-dismiss]");
  }, true);
  document.addEventListener("close", function (event) {
    if (event.target.matches("dialog[data-modal]")) press(event.target, "[data-dismiss]");
  }, true);
  var pressedGround = null;
  document.addEventListener("pointerdown", function (event) {
    pressedGround = event.target instanceof Element && event.target.matches("dialog[data-modal]") ? event.target : null;
  });

  /* popovers and menus */
  function place(panel) {
    var trigger = document.querySelector('[popovertarget="' + CSS.escape(panel.id) + '"]');
    if (!trigger) return;
    var box = trigger.getBoundingClientRect(), style = panel.style, gap = 6;
    var wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    var above = box.bottom > high * 0.6 && box.top > high - box.bottom;
    var fromRight = box.left + box.width / 2 > wide / 2;
    style.top = above ? "auto" : box.bottom + gap + "px";
    style.bottom = above ? high - box.top + gap + "px" : "auto";
    style.left = fromRight ? "auto" : Math.max(8, box.left) + "px";
    style.right = fromRight ? Math.max(8, wide - box.right) + "px" : "auto";
    style.maxHeight = (above ? box.top : high - box.bottom) - gap - 8 + "px";
  }
  document.addEventListener("beforetoggle", function (event) {
    if (event.target.matches("[popover]") && event.newState === "open") place(event.target);
  }, true);
  document.addEventListener("toggle", function (event) {
    if (event.newState !== "open" || !event.target.matches("[popover]")) return;
    var first = event.target.querySelector("[data-autofocus], [role=menuitem]");
    if (first) first.focus();
  }, true);
  function placeOpen() {
    document.querySelectorAll("[popover]:popover-open").forEach(place);
  }
  addEventListener("scroll", placeOpen, { capture: true, passive: true });
  addEventListener("resize", placeOpen);

  /* clicks: the waiting guard comes first */
  document.addEventListener("click", function (event) {
    if (closest(event, "button[aria-busy=true]")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (pressedGround && event.target === pressedGround) press(pressedGround, "[data-dismiss]");
    var reveal = closest(event, "[data-reveal]");
    if (reveal) {
      var field = document.getElementById(reveal.dataset.reveal), shown = field.type === "text";
      field.type = shown ? "password" : "text";
      reveal.setAttribute("aria-pressed", String(!shown));
    }
    var copy = closest(event, "[data-copy]");
    if (copy) {
      var source = document.getElementById(copy.dataset.copy);
      source.select();
      // Without https there is no clipboard; then what is selected can be copied by hand.
      if (navigator.clipboard) {
        navigator.clipboard.writeText(source.value).then(function () {
          document.querySelectorAll("[data-copied]").forEach(function (said) { said.textContent = said.dataset.copied; });
        }, function () {});
      }
    }
  }, true);
  document.addEventListener("click", function (event) {
    var leaving = closest(event, "[popover] [role=menuitem], [popover] [data-close]");
    if (leaving) leaving.closest("[popover]").hidePopover();
  });

  /* arrow keys */
  var GROUPS = [
    { group: "[role=menu]", item: "[role=menuitem]", next: ["ArrowDown"], back: ["ArrowUp"], choose: false, letters: true },
    { group: "[role=tablist]", item: "[role=tab]", next: ["ArrowRight"], back: ["ArrowLeft"], choose: true },
    { group: "[role=radiogroup]", item: "button[role=radio]", next: ["ArrowRight", "ArrowDown"], back: ["ArrowLeft", "ArrowUp"], choose: true }
  ];
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    GROUPS.forEach(function (kind) {
      var item = closest(event, kind.item), group = item && item.closest(kind.group);
      if (!group) return;
      var items = Array.from(group.querySelectorAll(kind.item)).filter(function (one) { return !one.disabled; });
      var at = items.indexOf(item), to = null;
      if (kind.next.includes(event.key)) to = items[(at + 1) % items.length];
      else if (kind.back.includes(event.key)) to = items[(at - 1 + items.length) % items.length];
      else if (event.key === "Home") to = items[0];
      else if (event.key === "End") to = items[items.length - 1];
      else if (kind.letters && event.key.length === 1 && event.key !== " ") {
        to = items.slice(at + 1).concat(items.slice(0, at + 1)).find(function (one) {
          return one.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
        });
      }
      if (!to) return;
      event.preventDefault();
      to.focus();
      if (kind.choose && to !== item) to.click();
    });
  });

  /* choices that the server changes */
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.target.matches("input")) change.target.checked = change.target.dataset.checked === "true";
    });
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["data-checked"] });

  /* toasts */
  var timed = new WeakSet();
  function watchToasts() {
    document.querySelectorAll("[data-toast]:not([data-stays=true])").forEach(function (toast) {
      if (timed.has(toast)) return;
      timed.add(toast);
      (function wait(ms) {
        setTimeout(function () {
          if (!toast.isConnected) return;
          if (toast.matches(":hover, :focus-within")) wait(2000);
          else press(toast, "[data-dismiss]");
        }, ms);
      })(8000);
    });
  }

  function watch() {
    watchDialogs();
    watchToasts();
  }
  new MutationObserver(watch).observe(document.documentElement, { childList: true, subtree: true });
  watch();
})();
