"""The browser of a virtual friend: opens a link, follows it, and fills in the login form of account linking."""

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit

import httpx
import msgspec

from tieline.simulator.endpoints import opens_in_browser
from tieline.simulator.wire import Fault, SimRequest, SimResponse

LONGEST_CHAIN = 10
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USER_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari Line/15.12.0"


class Hop(msgspec.Struct, frozen=True):
    """One page on the way; status 0 is a page outside this machine, which is never opened."""

    method: str
    url: str
    status: int


class _Form(HTMLParser):
    """Finds the first form of a page, the fields that are already filled in, and its first button."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of the form and of its inputs."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action, self._inside = given.get("action", ""), True
        elif tag == "input" and self._inside and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.fields[given["name"]] = given.get("value", "on")
        elif tag == "button" and self._inside and given.get("name") and given["name"] not in self.fields:
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the form."""
        if tag == "form":
            self._inside = False


class Browser:
    """Opens pages on this machine and LINE's own page; nothing else, so that no run reaches out.

    Args:
        client: Opens the pages.
        line: Answers for LINE's own page.
        access_hosts: Hosts that stand for LINE's own page.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        line: Callable[[SimRequest], SimResponse | Fault],
        access_hosts: tuple[str, ...],
    ) -> None:
        self._client = client
        self._line = line
        self._access_hosts = frozenset(access_hosts)

    async def visit(self, user_id: str, url: str, form: Mapping[str, str] | None) -> list[Hop]:
        """Open `url`, follow redirects, and send the first form of the page where they end, if `form` is given."""
        hops: list[Hop] = []
        page = await self._follow(user_id, "GET", url, {}, hops)
        if form is None or page is None:
            return hops
        found = _Form()
        found.feed(page)
        if found.action is not None:
            filled = {name: value.replace("{user_id}", user_id) for name, value in form.items()}
            target = urljoin(hops[-1].url, found.action)
            await self._follow(user_id, "POST", target, {**found.fields, **filled}, hops)
        return hops

    async def _follow(
        self, user_id: str, method: str, url: str, data: Mapping[str, str], hops: list[Hop]
    ) -> str | None:
        """Return the text of the page where the way ends; None outside this machine or without an answer."""
        cookies = httpx.Cookies()
        for _ in range(LONGEST_CHAIN):
            parts = urlsplit(url)
            if opens_in_browser(_line_path(parts)) and parts.hostname in self._access_hosts | LOOPBACK:
                answer = self._open_line(user_id, method, parts, data)
                hops.append(Hop(method, url, answer.status))
                if "location" not in answer.headers:
                    return answer.body.decode()
                url, method, data = urljoin(url, answer.headers["location"]), "GET", {}
                continue
            if parts.hostname not in LOOPBACK or parts.scheme not in {"http", "https"}:
                hops.append(Hop(method, url, 0))
                return None
            response = await self._request(method, url, data, cookies)
            hops.append(Hop(method, url, response.status_code if response else 599))
            if response is None or not response.has_redirect_location:
                return response.text if response else None
            cookies.update(response.cookies)
            url = urljoin(url, response.headers["location"])
            if response.status_code not in {307, 308}:
                method, data = "GET", {}
        return None

    async def _request(
        self, method: str, url: str, data: Mapping[str, str], cookies: httpx.Cookies
    ) -> httpx.Response | None:
        headers = {"user-agent": USER_AGENT, "accept-language": "zh-TW"}
        if cookies:
            headers["cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies.jar)
        try:
            return await self._client.request(method, url, data=data or None, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def _open_line(
        self, user_id: str, method: str, parts: SplitResult, data: Mapping[str, str]
    ) -> SimResponse:
        request = SimRequest(
            method,
            _line_path(parts),
            dict(parse_qsl(parts.query)),
            {"x-sim-user": user_id, "content-type": "application/x-www-form-urlencoded"},
            urlencode(data).encode(),
        )
        outcome = self._line(request)
        return outcome if isinstance(outcome, SimResponse) else SimResponse(599)


def _line_path(parts: SplitResult) -> str:
    """Return the path at the simulator: everything of liff.line.me is under /liff."""
    return f"/liff{parts.path}" if parts.hostname == "liff.line.me" else parts.path
