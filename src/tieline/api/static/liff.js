/* The page of a LIFF app: it hands LINE's tokens over and shows the page that comes back. Who somebody is, the server
   reads from the tokens alone; nothing that this page says about a person counts. */
(function () {
  "use strict";
  var here = document.getElementById("liff");
  var RETRIED = "tieline.liff.retried";

  function failed() { here.textContent = here.dataset.failed; here.setAttribute("role", "alert"); }

  // LINE keeps the ID token of the last log-in, which may be over: once, it is fetched anew.
  function again() {
    var before = null;
    try { before = sessionStorage.getItem(RETRIED); sessionStorage.setItem(RETRIED, "1"); } catch (error) { before = "1"; }
    if (before) { failed(); return; }
    liff.logout();
    liff.login({ redirectUri: location.href });
  }

  function hand() {
    if (!liff.isLoggedIn() || !liff.getIDToken()) { again(); return undefined; }
    var query = new URLSearchParams(location.search);
    var said = {
      id_token: liff.getIDToken(),
      access_token: liff.getAccessToken() || "",
      wish: query.get("wish") || "bind",
      from: query.get("from") || "",
      lang: query.get("lang") || here.dataset.lang,
    };
    return fetch(here.dataset.to, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) }).then(function (answer) {
      if (answer.status === 401) { again(); return undefined; }
      if (!(answer.headers.get("content-type") || "").startsWith("text/html")) { failed(); return undefined; }
      try { sessionStorage.removeItem(RETRIED); } catch (error) { /* private mode */ }
      return answer.text().then(function (page) { document.open(); document.write(page); document.close(); });
    });
  }

  liff.init({ liffId: here.dataset.liff, withLoginOnExternalBrowser: true }).then(hand).catch(failed);
})();
