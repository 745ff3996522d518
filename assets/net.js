/* Marks the page while the device is offline; theme.css then shows the toast "Connection lost, retrying…". A socket
 * that is down while the device is online is marked by the page itself (layout.connection_toast).
 *
 * Only a change counts: a page that has just come from a server on this very device needs no network. */
(function () {
  function mark(event) {
    document.documentElement.dataset.net = event.type === "offline" ? "off" : "on";
  }
  addEventListener("online", mark);
  addEventListener("offline", mark);
})();
