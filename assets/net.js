/* Marks the page while the device is offline; theme.css then shows the toast "Connection lost, retrying…". A socket
 * that is down while the device is online is marked by the page itself (layout.connection_toast). */
(function () {
  function mark() {
    document.documentElement.dataset.net = navigator.onLine === false ? "off" : "on";
  }
  addEventListener("online", mark);
  addEventListener("offline", mark);
  mark();
})();
