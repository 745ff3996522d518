/* Tells the server the browser's time zone, clock and week before the first event. Loaded in the head, blocking, tiny.
 * Cookie "tz": the IANA zone of the device, at every load. Cookie "hc": "12" or "24" by the device's locale, only
 * while unset, because the person may have chosen the other. Cookie "ws": the weekday with which the device's locale
 * begins a week, "1" Monday to "7" Sunday, at every load; browsers that do not know it say nothing. */
(function () {
  var options = Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  var tail = "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
  if (/^[\w+\-/]+$/.test(options.timeZone || "")) document.cookie = "tz=" + options.timeZone + tail;
  if (!/(^|; )hc=/.test(document.cookie)) {
    document.cookie = "hc=" + (/^h1[12]$/.test(options.hourCycle || "") ? "12" : "24") + tail;
  }
  var locale = {};
  try {
    locale = new Intl.Locale(navigator.language);
  } catch (_) {} /* none known here, or a name that is no language tag, such as "en-US@posix" */
  var week = locale.getWeekInfo ? locale.getWeekInfo() : locale.weekInfo;
  if (week) document.cookie = "ws=" + week.firstDay + tail;
})();
