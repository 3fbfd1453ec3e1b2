"""The page of LINE's endpoints: which of them Tieline uses, which the simulator answers, and why not the others.

What is used is read from the calls that stand in the source, method and address, so the page cannot promise what is not
there. An address is followed through constants and variables; what is put into it at the call counts as any value.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tieline.deliver.reconcile import KINDS
from tieline.simulator.endpoints import DOORS, TABLE, WEBHOOK_TEST, Door, Endpoint

SOURCE = Path(__file__).resolve().parents[1] / "src/tieline"
ELSEWHERE = frozenset({"simulator", "testing", "demo"})
"""Parts of the source that answer as LINE, or drive the simulator."""
LINKS = ("/dialog/", "/oauth2/v2.1/authorize")
"""Pages of LINE to which a browser is sent."""
HOSTS = {
    "api": "api.line.me",
    "data": "api-data.line.me",
    "access": "access.line.me",
    "liff": "liff.line.me",
    "manager": "manager.line.biz",
}
SPANS = {1.0: "s", 60.0: "min", 3600.0: "h"}
METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
POSTS = frozenset({"_send", "_post"})
"""Functions that send by POST whatever they are given."""
IN_CHOICE = {
    "validate": {"push", "multicast", "narrowcast"},
    "delivery": set(KINDS),
}
"""Endpoints whose last part is a word that the source puts in at the call, and which words it has for them."""
SCREENS = {("POST", "/oauth2/v2.1/authorize"): ("GET", "/oauth2/v2.1/authorize")}
"""What a person's browser does on a page of LINE to which Tieline leads."""
ADDRESS = re.compile(r"(/(?:v2|bot|oauth2|liff|friendship|user/v1|dialog|\.well-known)(?:/[^?#\s]*)?)")


UNUSED = {
    "broadcast": "would reach people who did not agree; Tieline sends to those who did",
    "validate": "LINE is asked about what is sent by push, multicast and narrowcast",
    "pnp-templated": "the brand's own messages go by the other endpoint",
    "loading": "an answer comes within a second",
    "mark-read": "Tieline is no chat desk",
    "delivery": "LINE tells of each delivery by webhook",
    "aggregation-info": "Tieline counts the names it gives out itself",
    "aggregation-list": "same",
    "insight-demographic": "LINE's guesses about people are not the brand's data",
    "insight-menu": "taps come by webhook, with who tapped",
    "insight-menu-daily": "same",
    "audience-file": "lists go up in parts, so that each part is repeated alone",
    "audience-file-add": "same",
    "audience-click": "who clicked is known from counted links",
    "audience-imp": "who saw a message LINE tells nobody but itself",
    "audience-rename": "an audience is a snapshot: a new one gets a new name",
    "content-preview": "a file is fetched once, whole",
    "transcoding": "a file is fetched once, whole",
    "webhook-endpoint-set": "the address is the brand's to set; the check says which it should be",
    "membership-list": "LINE offers memberships in Japan alone; their events are heard",
    "membership-person": "same",
    "membership-members": "same",
    "menu-validate": "making a menu says the same",
    "menu-batch": "3 calls an hour; people are linked 500 at a time",
    "menu-batch-validate": "same",
    "menu-batch-progress": "same",
    "alias-list": "Tieline knows the aliases it made",
    "alias-get": "same",
    "menu-get": "the list says the same",
    "menu-image": "the image is kept where it was uploaded from",
    "menu-default": "what everybody sees is set, never guessed",
    "menu-of-person": "who sees which menu is decided by the rules",
    "menu-unlink": "people are unlinked 500 at a time",
    "menu-link": "people are linked 500 at a time",
    "/v2/oauth/accessToken": "stateless tokens need no care",
    "/v2/oauth/verify": "stateless tokens need no care",
    "/v2/oauth/revoke": "stateless tokens need no care",
    "/oauth2/v2.1/verify": "ID tokens are verified here: algorithm, audience, nonce, expiry",
    "/oauth2/v2.1/revoke": "deauthorizing takes all of it back",
    "/oauth2/v2.1/userinfo": "the ID token says who it is",
    "/v2/profile": "the ID token says who it is",
    "/liff/v1/apps": "a LIFF app is made once, in LINE's console",
    "/liff/v1/apps/{liffId}": "same",
    "/liff/{liffId}": "LINE's app opens it on a phone",
    "/liff/edge/2/sdk.js": "the page that opens in LINE loads it",
    "/liff/edge/versions/2.27.0/sdk.js": "same",
    "/.well-known/openid-configuration": "the addresses are settings",
}
"""Why Tieline does not ask for something that it could ask for."""


def why(one: Endpoint | Door) -> str:
    """Return why Tieline does not ask for it, "" if nobody has said."""
    return UNUSED.get(one.name if isinstance(one, Endpoint) else one.path, "")


def rows() -> list[str]:
    """Return the table as lines of Markdown."""
    asked = set(calls())
    return [
        "| method and path | host | calls | retry key | Tieline | simulated |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(one, in_use=used(one, asked)) for one in (*TABLE, WEBHOOK_TEST, *DOORS)),
    ]


def used(one: Endpoint | Door, asked: set[tuple[str, str]]) -> bool:
    """Tell whether the source of Tieline makes a call."""
    method, path = SCREENS.get((one.method, one.path), (one.method, one.path))
    if isinstance(one, Endpoint) and one.name in IN_CHOICE:
        first, _, last = path.rpartition(f"/{one.name}/")
        return last in IN_CHOICE[one.name] and (method, f"{first}/{one.name}/{{}}") in asked
    return (method, blank(path)) in asked


def calls() -> Iterator[tuple[str, str]]:
    """Yield method and address of every call in the source, with `{}` for what is put in; a bare address is a link."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] not in ELSEWHERE:
            yield from Module(ast.parse(path.read_text("utf-8"))).calls()


class Module:
    """One file of the source: what its constants say, and what each function calls."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.constants = dict(_assigned(tree.body))

    def calls(self) -> Iterator[tuple[str, str]]:
        """Yield method and address of every call."""
        for function in ast.walk(self.tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            known = self.constants | dict(_assigned(ast.walk(function)))
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    method = _method(node)
                    yield from (
                        (method, one) for each in node.args for one in _addresses(each, known) if method
                    )
                elif isinstance(node, ast.JoinedStr):
                    yield from (("GET", one) for one in _addresses(node, known) if one.startswith(LINKS))


def _assigned(body: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _method(call: ast.Call) -> str:
    said = [one.value for one in call.args if isinstance(one, ast.Constant) and one.value in METHODS]
    name = getattr(call.func, "attr", "")
    return said[0] if said else "POST" if name in POSTS else ""


def _addresses(node: ast.expr, known: Mapping[str, ast.expr]) -> Iterator[str]:
    for text in _texts(node, known):
        if found := ADDRESS.search(text):
            yield re.sub(r"\{\}\{\}+|(?<=[^/])\{\}$", "", found[1])


def _texts(node: ast.expr, known: Mapping[str, ast.expr]) -> list[str]:
    """Return what an expression may say, `{}` for what is not known before the call."""
    match node:
        case ast.Constant(value=str() as said):
            return [said]
        case ast.JoinedStr(values=parts):
            said = [""]
            for part in parts:
                said = [begin + end for begin in said for end in _texts(part, known)]
            return said
        case ast.FormattedValue(value=value):
            return _texts(value, known)
        case ast.IfExp(body=one, orelse=other):
            return [*_texts(one, known), *_texts(other, known)]
        case ast.Name(id=name) if name in known:
            return _texts(known[name], {key: value for key, value in known.items() if key != name})
    return ["{}"]


def blank(path: str) -> str:
    """Return a path with `{}` for every parameter."""
    return re.sub(r"\{\w+\}", "{}", path)


def _row(one: Endpoint | Door, *, in_use: bool) -> str:
    calls = key = ""
    if isinstance(one, Endpoint):
        calls = f"{one.calls:,}/{SPANS[one.seconds]}"
        key = "yes" if one.retry_key else ""
    simulated = "yes" if one.answer else f"no: {one.why}"
    state = "used" if in_use else "not used" + (f": {why(one)}" if one.answer else "")
    return f"| {one.method} `{one.path}` | {HOSTS[one.host]} | {calls} | {key} | {state} | {simulated} |"
