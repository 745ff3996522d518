/* Tells the server the browser's time zone and clock before the first event. Loaded in the head, blocking, tiny.
 * Cookie "tz": the IANA zone of the device, at every load. Cookie "hc": "12" or "24" by the device's locale, only
 * while unset, because the person may have chosen the other. */
(function () {
  var options = Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  var tail = "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
  if (/^[\w+\-/]+$/.test(options.timeZone || "")) document.cookie = "tz=" + options.timeZone + tail;
  if (!/(^|; )hc=/.test(document.cookie)) {
    document.cookie = "hc=" + (/^h1[12]$/.test(options.hourCycle || "") ? "12" : "24") + tail;
  }
})();
