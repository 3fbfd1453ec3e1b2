/*! A look-alike of LINE's liff library for the pages of virtual friends. Tokens come in the fragment, as LINE hands them over. */
(function () {
  "use strict";
  var home = new URL(document.currentScript.src).origin;
  var KEY = "sim.liff.";
  var id = null;

  function keep(name, value) { try { sessionStorage.setItem(KEY + name, value); } catch (error) { /* private mode */ } }
  function kept(name) { try { return sessionStorage.getItem(KEY + name); } catch (error) { return null; } }

  function takeFragment() {
    var given = new URLSearchParams(location.hash.slice(1));
    if (!given.get("access_token")) { return; }
    ["access_token", "id_token", "client_id", "liff_id"].forEach(function (name) { keep(name, given.get(name) || ""); });
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  function claims() {
    var token = kept("id_token");
    if (!token) { return null; }
    var part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    var bytes = Uint8Array.from(atob(part), function (letter) { return letter.charCodeAt(0); });
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  function ask(path, options) {
    var headers = Object.assign({ Authorization: "Bearer " + kept("access_token") }, (options || {}).headers);
    return fetch(home + path, Object.assign({}, options, { headers: headers })).then(function (answer) {
      if (!answer.ok) { throw Object.assign(new Error("LIFF " + answer.status), { code: String(answer.status) }); }
      return answer.status === 204 ? null : answer.json();
    });
  }

  window.liff = {
    id: null,
    init: function (config, done, failed) {
      var ready;
      if (!config || !config.liffId) {
        ready = Promise.reject(Object.assign(new Error("liffId is necessary for liff.init()"), { code: "INVALID_CONFIG" }));
      } else {
        id = window.liff.id = config.liffId;
        takeFragment();
        if (kept("liff_id") !== id) { keep("access_token", ""); keep("id_token", ""); }
        ready = Promise.resolve();
        if (config.withLoginOnExternalBrowser && !window.liff.isLoggedIn()) { window.liff.login(); ready = new Promise(function () {}); }
      }
      window.liff.ready = ready;
      return ready.then(done, function (error) { if (failed) { failed(error); } else { throw error; } });
    },
    ready: Promise.resolve(),
    isLoggedIn: function () { return Boolean(kept("access_token")); },
    login: function () { location.assign(home + "/liff/" + id + location.search); },
    logout: function () { keep("access_token", ""); keep("id_token", ""); },
    getIDToken: function () { return kept("id_token") || null; },
    getDecodedIDToken: claims,
    getAccessToken: function () { return kept("access_token") || null; },
    getProfile: function () { return ask("/v2/profile"); },
    getFriendship: function () { return ask("/friendship/v1/status"); },
    requestFriendship: function () { return Promise.resolve(); },
    getContext: function () { return { type: "utou", viewType: "full", liffId: id, userId: (claims() || {}).sub }; },
    getOS: function () { return "ios"; },
    getAppLanguage: function () { return "zh-TW"; },
    getLanguage: function () { return "zh-TW"; },
    getVersion: function () { return "2.27.0"; },
    getLineVersion: function () { return "15.12.0"; },
    isInClient: function () { return window.parent !== window; },
    isApiAvailable: function (name) { return name !== "scanCodeV2"; },
    sendMessages: function (messages) {
      return ask("/_sim/liff/messages", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ messages: messages }) });
    },
    openWindow: function (options) { window.open(options.url, options.external ? "_blank" : "_self"); },
    closeWindow: function () { if (window.parent !== window) { window.parent.postMessage({ simulator: "close" }, home); } else { window.close(); } },
    permanentLink: { createUrl: function () { return "https://liff.line.me/" + id; } }
  };
})();
