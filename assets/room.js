/* What the join page does in the browser alone.
 *
 *   [data-beat]            a button that this presses every 20 s while it is there, and when the page is looked at again or
 *                          the connection is back: the tab's sign of life
 *   [data-check]           the device check: nothing is asked for before a button is pressed
 *     [data-toggle=microphone|camera], [data-devices=audioinput|videoinput], [data-preview], [data-level-meter] [data-bar]
 *     [data-check-note]    what to do about a refusal
 *   [data-checks=name]     a line of the list of checks; data-state good or bad, its words in [data-says]
 *   [data-call]            the video has begun: camera and microphone are given back */
(function () {
  var BEAT = 20000;
  var streams = { microphone: null, camera: null };
  var said = {}, note = "", meter = null, timer = null;

  /* ---- signs of life */
  function beat() {
    var button = document.querySelector("[data-beat]");
    if (button && document.documentElement.dataset.net !== "off") button.click();
  }
  setInterval(beat, BEAT);
  addEventListener("online", beat);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) beat(); });

  /* ---- the list of checks */
  function say(name, state, words) {
    said[name] = { state: state, words: words };
    paint();
  }
  function paint() {
    Object.keys(said).forEach(function (name) {
      var line = document.querySelector('[data-checks="' + name + '"]');
      if (!line) return;
      if (line.dataset.state !== said[name].state) line.dataset.state = said[name].state;
      var words = line.querySelector("[data-says]");
      if (words && words.textContent !== said[name].words) words.textContent = said[name].words;
    });
    var place = document.querySelector("[data-check-note]");
    if (place && place.textContent !== note) place.textContent = note;
    ["microphone", "camera"].forEach(function (name) {
      var button = document.querySelector('[data-toggle="' + name + '"]'), on = String(Boolean(streams[name]));
      if (button && button.getAttribute("aria-pressed") !== on) button.setAttribute("aria-pressed", on);
    });
    var video = document.querySelector("[data-preview]");
    if (video) {
      if (video.hidden !== !streams.camera) video.hidden = !streams.camera;
      if (streams.camera && video.srcObject !== streams.camera) video.srcObject = streams.camera;
    }
  }
  function checkBrowser() {
    var able = window.RTCPeerConnection && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
    say("browser", able ? "good" : "bad", able ? "Up to date" : "Too old, or not over https");
  }
  function checkConnection() {
    var from = performance.now();
    fetch("/ping", { cache: "no-store" }).then(function (answer) {
      var ms = Math.round(performance.now() - from);
      say("connection", answer.ok && ms < 1000 ? "good" : "bad", ms + " ms");
    }, function () { say("connection", "bad", "No answer"); });
  }

  /* ---- camera and microphone */
  var KIND = { microphone: "audioinput", camera: "videoinput" };
  function constraintsOf(name) {
    var select = document.querySelector('[data-devices="' + KIND[name] + '"]');
    var device = select && select.value ? { deviceId: { exact: select.value } } : true;
    return name === "camera" ? { video: device } : { audio: device };
  }
  function stop(name) {
    if (!streams[name]) return;
    streams[name].getTracks().forEach(function (track) { track.stop(); });
    streams[name] = null;
    if (name === "microphone") quiet();
  }
  function start(name) {
    if (!navigator.mediaDevices) return say(name, "bad", "Not available");
    navigator.mediaDevices.getUserMedia(constraintsOf(name)).then(function (stream) {
      if (document.querySelector("[data-call]")) return stream.getTracks().forEach(function (track) { track.stop(); });
      stop(name);
      streams[name] = stream;
      note = "";
      say(name, "good", "Works");
      if (name === "microphone") listen(stream);
      list();
    }, function (error) {
      var refused = error.name === "NotAllowedError";
      note = refused
        ? "Your browser was told not to use the " + name + ". Allow it beside the address, then try again."
        : "No " + name + " was found, or another program uses it.";
      say(name, "bad", refused ? "Not allowed" : "Not found");
    });
  }
  function list() {
    navigator.mediaDevices.enumerateDevices().then(function (devices) {
      document.querySelectorAll("[data-devices]").forEach(function (select) {
        var found = devices.filter(function (one) { return one.kind === select.dataset.devices && one.label; });
        if (!found.length) return;
        var chosen = select.value;
        select.replaceChildren.apply(select, found.map(function (one) { return new Option(one.label, one.deviceId); }));
        if (chosen) select.value = chosen;
      });
    });
  }
  function listen(stream) {
    quiet();
    meter = new AudioContext();
    var analyser = meter.createAnalyser(), samples = new Uint8Array(analyser.fftSize = 512);
    meter.createMediaStreamSource(stream).connect(analyser);
    timer = setInterval(function () {
      analyser.getByteTimeDomainData(samples);
      var peak = 0;
      samples.forEach(function (value) { peak = Math.max(peak, Math.abs(value - 128)); });
      document.querySelectorAll("[data-level-meter] [data-bar]").forEach(function (bar, index) {
        var on = String(peak > 2 + index * 8);
        if (bar.dataset.on !== on) bar.dataset.on = on;
      });
    }, 120);
  }
  function quiet() {
    clearInterval(timer);
    if (meter) meter.close();
    meter = null;
    document.querySelectorAll("[data-level-meter] [data-bar]").forEach(function (bar) { bar.dataset.on = "false"; });
  }

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element ? event.target.closest("[data-toggle]") : null;
    if (!button) return;
    var name = button.dataset.toggle;
    if (streams[name]) { stop(name); paint(); } else start(name);
  });
  document.addEventListener("change", function (event) {
    var select = event.target instanceof Element ? event.target.closest("[data-devices]") : null;
    if (!select) return;
    var name = select.dataset.devices === "videoinput" ? "camera" : "microphone";
    if (streams[name]) start(name);
  });

  /* ---- parts of the page come and go */
  var hadCheck = false;
  function look() {
    var check = Boolean(document.querySelector("[data-check]"));
    if (!check) { stop("microphone"); stop("camera"); }
    if (check && !hadCheck) { checkBrowser(); checkConnection(); }
    hadCheck = check;
    paint();
  }
  (function begin() {
    if (!Object.keys(document.body || {}).some(function (key) { return key.startsWith("__reactFiber"); })) return setTimeout(begin, 50);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
  })();
})();
