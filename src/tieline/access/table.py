"""The one table of permissions: what each allows, which roles have it, and which routes of the API it opens.

A route without a row is refused to everybody; a test walks all routes and asks for theirs.
"""

from collections.abc import Mapping
from typing import NamedTuple

OWNER = "owner"
MARKETER = "marketer"
ANALYST = "analyst"
SUPPORT = "support"
DEVELOPER = "developer"
ROLES: Mapping[str, str] = {
    OWNER: "Everything, and who else comes in.",
    MARKETER: "Segments, journeys, messages and imports; people with their contact data hidden.",
    ANALYST: "Reads figures, segments and people with their contact data hidden; changes nothing.",
    SUPPORT: "Looks one person up and sees them in full; no lists, no exports.",
    DEVELOPER: "Sources, keys, accounts and what was rejected; people with their contact data hidden.",
}
EVERYBODY = "everybody"
"""Stands for who has not logged in: the door itself."""

_ALL = (OWNER, MARKETER, ANALYST, SUPPORT, DEVELOPER)


class Permission(NamedTuple):
    """One row of the table.

    Attributes:
        roles: Who has it. A secret key has it if its scopes name it, or name everything.
        routes: `METHOD /path`; `*` is any method or one part of a path, `**` at the end is whatever follows.
        audited: Whether using it is written into the audit log, although it may only read.
    """

    name: str
    meaning: str
    roles: tuple[str, ...]
    routes: tuple[str, ...] = ()
    audited: bool = False


TABLE: tuple[Permission, ...] = (
    Permission("door", "Log in, and accept an invitation.", (EVERYBODY,), (
        "POST /api/session", "POST /api/invitations/look", "POST /api/invitations/accept")),
    Permission("self", "Know who one is, log out, change one's own password.", _ALL, (
        "GET /api/session", "DELETE /api/session", "POST /api/session/password", "GET /api/workspace",
        "GET /api/inbox/**", "POST /api/inbox/seen", "GET /api/quota")),
    Permission("people.read", "Look people up.", _ALL, (
        "GET /api/profiles/**", "POST /api/people/search", "GET /api/identity/**", "POST /api/identity/preview")),
    Permission("people.one", "See one person's contact data in full.", (OWNER, SUPPORT), audited=True),
    Permission("people.all", "See everybody's contact data in full.", (OWNER,)),
    Permission("people.export", "Export people with their contact data.", (OWNER,), (
        "POST /api/people/export", "GET /api/people/exports/**"), audited=True),
    Permission("people.erase", "Erase a person for good.", (OWNER,), (
        "POST /api/profiles/*/erase", "GET /api/erasures/**"), audited=True),
    Permission("identity.rules", "Change the rules of who is one person; take back what a source said.", (OWNER,), (
        "PUT /api/identity/rules", "POST /api/identity/rules/**", "POST /api/identity/retractions/**"), audited=True),
    Permission("identity.decide", "Decide who is one person.", (OWNER, MARKETER, SUPPORT), (
        "* /api/identity/**",), audited=True),
    Permission("segments.read", "Look at segments and count.", (OWNER, MARKETER, ANALYST, DEVELOPER), (
        "GET /api/segments/**", "POST /api/segments/preview", "POST /api/segments/funnel",
        "POST /api/segments/*/difference", "GET /api/tags/**", "GET /api/traits/**",
        "POST /api/traits/preview")),
    Permission("segments.write", "Make and change segments, tags and traits.", (OWNER, MARKETER), (
        "* /api/segments/**", "* /api/tags/**", "* /api/traits/**"), audited=True),
    Permission("journeys.read", "Look at journeys.", (OWNER, MARKETER, ANALYST, DEVELOPER), (
        "GET /api/journeys/**", "POST /api/journeys/validate", "POST /api/journeys/*/dry-run",
        "POST /api/journeys/dry-run", "GET /api/templates/**")),
    Permission("journeys.write", "Make journeys and switch them on and off.", (OWNER, MARKETER), (
        "* /api/journeys/**", "* /api/templates/**"), audited=True),
    Permission("messages.read", "Look at broadcasts, narrowcasts, replies, coupons and their figures.", (
        OWNER, MARKETER, ANALYST, DEVELOPER), (
        "GET /api/broadcasts/**", "POST /api/broadcasts/preview", "GET /api/sending",
        "GET /api/line/narrowcasts/**", "POST /api/line/narrowcasts/preview",
        "GET /api/auto-replies/**", "POST /api/auto-replies/try", "GET /api/catalogs/**",
        "GET /api/coupons/**", "GET /api/line/accounts/*/coupons/**", "GET /api/messages/**",
        "POST /api/messages/check", "POST /api/messages/preview")),
    Permission("messages.write", "Write and send broadcasts, narrowcasts, replies and coupons.", (OWNER, MARKETER), (
        "* /api/broadcasts/**", "* /api/line/narrowcasts/**", "* /api/auto-replies/**", "* /api/catalogs/**", "* /api/coupons/**",
        "* /api/line/accounts/*/coupons/**", "* /api/messages/**"), audited=True),
    Permission("cost.read", "Look at what messages cost, and estimate a send.", (OWNER, MARKETER, ANALYST), (
        "GET /api/cost/**", "POST /api/cost/estimate")),
    Permission("cost.write", "Set budgets and price plans.", (OWNER,), ("* /api/cost/**",), audited=True),
    Permission("channels.read", "Look at channels beside LINE and what they cost.", (
        OWNER, MARKETER, ANALYST, DEVELOPER), ("GET /api/channels/**",)),
    Permission("channels.write", "Set up channels beside LINE.", (OWNER, DEVELOPER), ("* /api/channels/**",),
        audited=True),
    Permission("line.read", "Look at LINE accounts, menus and join sources.", _ALL, ("GET /api/line/**",)),
    Permission("line.write", "Connect and change LINE accounts, menus and join sources.", (
        OWNER, MARKETER, DEVELOPER), ("* /api/line/**",), audited=True),
    Permission("sources.read", "Look at sources, what they sent and what was rejected.", (
        OWNER, MARKETER, ANALYST, DEVELOPER), ("GET /api/sources/**", "GET /api/quality/**")),
    Permission("sources.write", "Make sources, repair and replay what was rejected.", (OWNER, DEVELOPER), (
        "* /api/sources/**", "* /api/quality/**"), audited=True),
    Permission("imports.read", "Look at imports.", (OWNER, MARKETER, ANALYST, DEVELOPER), (
        "GET /api/imports/**",)),
    Permission("imports.write", "Import files and undo imports.", (OWNER, MARKETER, DEVELOPER), (
        "* /api/imports/**", "GET /api/imports/*/rejects"), audited=True),
    Permission("reports.read", "Look at figures.", (OWNER, MARKETER, ANALYST, DEVELOPER), (
        "GET /api/report", "GET /api/reports/**", "POST /api/reports/lift", "GET /api/home")),
    Permission("settings.write", "Change the workspace.", (OWNER,), (
        "* /api/workspace/**", "* /api/sending"), audited=True),
    Permission("broadcasts.approve", "Approve a large broadcast or narrowcast of somebody else.", (OWNER, MARKETER), (
        "POST /api/broadcasts/*/approve", "POST /api/line/narrowcasts/*/approve"), audited=True),
    Permission("members.write", "Invite, change and remove members.", (OWNER,), (
        "* /api/members/**", "* /api/invitations/**"), audited=True),
    Permission("members.read", "See who the members are.", _ALL, ("GET /api/members",)),
    Permission("keys.write", "Make and revoke API keys.", (OWNER, DEVELOPER), ("* /api/keys/**",), audited=True),
    Permission("audit.read", "Read the audit log.", (OWNER,), ("GET /api/audit/**",)),
)  # fmt: skip

ALL, ONE = "people.all", "people.one"
"""Who sees personal data: of everybody, or of one person at a time."""
_ONE_PERSON = (
    "GET /api/profiles/lookup",
    "GET /api/profiles/*",
    "GET /api/profiles/*/timeline",
    "GET /api/profiles/*/graph",
)
"""Routes whose answer is about one person."""

PERMISSIONS: Mapping[str, Permission] = {row.name: row for row in TABLE}
EVERYTHING = "*"
"""The scope of a secret key that may do all of it."""


def of_role(role: str) -> frozenset[str]:
    """Return the names of the permissions of a role; an unknown role has none."""
    return frozenset(row.name for row in TABLE if role in row.roles)


def of_scopes(scopes: list[str]) -> frozenset[str]:
    """Return the names of the permissions of a secret key; `self` is always one of them."""
    if EVERYTHING in scopes:
        return frozenset(PERMISSIONS)
    return frozenset(PERMISSIONS).intersection(scopes) | {"self"}


def needed(method: str, path: str) -> Permission | None:
    """Return the permission that a request needs, None if nobody may make it. The narrowest pattern decides."""
    found = _found(method, path)
    return found[1] if found else None


def audited(method: str, path: str) -> bool:
    """Tell whether a request is written down: what changes something, and reading that a row names on purpose."""
    found = _found(method, path)
    if found is None or not found[1].audited:
        return False
    return found[0] != "*" or method not in {"GET", "HEAD"}


def _found(method: str, path: str) -> tuple[str, Permission] | None:
    """Return the narrowest pattern's method and row."""
    parts = _parts(path)
    asked = "GET" if method == "HEAD" else method
    for _, wanted, pattern, row in _PATTERNS:
        if wanted in {"*", asked} and _matches(pattern, parts):
            return wanted, row
    return None


def shows_one_person(method: str, path: str) -> bool:
    """Tell whether a request asks about one person."""
    parts = _parts(path)
    return method in {"GET", "HEAD"} and any(_matches(_parts(route[4:]), parts) for route in _ONE_PERSON)


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _matches(pattern: list[str], parts: list[str]) -> bool:
    if pattern[-1] == "**":
        head = pattern[:-1]
        return len(parts) >= len(head) and _matches(head, parts[: len(head)])
    return len(pattern) == len(parts) and all(a in {"*", b} for a, b in zip(pattern, parts, strict=True))


def _narrowness(method: str, pattern: list[str]) -> tuple[int, bool, bool]:
    literal = sum(part not in {"*", "**"} for part in pattern)
    return (literal, pattern[-1] != "**", method != "*")


def _patterns() -> list[tuple[tuple[int, bool, bool], str, list[str], Permission]]:
    found = []
    for row in TABLE:
        for route in row.routes:
            method, _, path = route.partition(" ")
            pattern = _parts(path)
            found.append((_narrowness(method, pattern), method, pattern, row))
    return sorted(found, key=lambda one: one[0], reverse=True)


_PATTERNS = _patterns()
