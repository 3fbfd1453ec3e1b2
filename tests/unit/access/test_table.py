import re
from pathlib import Path

import pytest

from tieline.access import table

SETTINGS = Path(__file__).parents[3] / "web/console/src/features/settings"
LANGUAGES = 3


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/api/session", "door"),
        ("GET", "/api/session", "self"),
        ("HEAD", "/api/profiles/ab", "people.read"),
        ("POST", "/api/segments", "segments.write"),
        ("POST", "/api/segments/preview", "segments.read"),
        ("POST", "/api/segments/vip/difference", "segments.read"),
        ("DELETE", "/api/segments/vip", "segments.write"),
        ("GET", "/api/segments/", "segments.read"),
        ("POST", "/api/identity/preview", "people.read"),
        ("POST", "/api/identity/cut", "identity.decide"),
        ("GET", "/api/members", "members.read"),
        ("PATCH", "/api/members/3", "members.write"),
    ],
)
def test_the_narrowest_row_decides(method, path, name):
    row = table.needed(method, path)
    assert row is not None
    assert row.name == name


@pytest.mark.parametrize("path", ["/api/secrets", "/api", "/api/profilesx/1", "/api/session/password/x"])
def test_a_path_without_a_row_is_closed_to_everybody(path):
    assert table.needed("GET", path) is None


def test_every_row_names_roles_that_exist():
    for row in table.TABLE:
        assert set(row.roles) <= {*table.ROLES, table.EVERYBODY}


def test_an_owner_may_everything_and_an_unknown_role_nothing():
    assert table.of_role("owner") == frozenset(table.PERMISSIONS) - {"door"}
    assert table.of_role("admin") == frozenset()


def test_who_only_reads_has_no_permission_that_changes_anything():
    changing = {row.name for row in table.TABLE for route in row.routes if route.startswith("* ")}
    assert changing & table.of_role("analyst") == set()


def test_only_owners_see_all_people_and_support_sees_one():
    assert [role for role in table.ROLES if table.ALL in table.of_role(role)] == ["owner"]
    assert [role for role in table.ROLES if table.ONE in table.of_role(role)] == ["owner", "support"]
    assert table.shows_one_person("GET", "/api/profiles/ab")
    assert not table.shows_one_person("POST", "/api/people/search")


def test_a_key_has_its_scopes_and_nothing_else():
    assert table.of_scopes(["segments.read", "nonsense"]) == {"segments.read", "self"}
    assert table.of_scopes([table.EVERYTHING]) == frozenset(table.PERMISSIONS)


@pytest.mark.parametrize(
    ("method", "path", "written"),
    [
        ("POST", "/api/keys", True), ("GET", "/api/keys", False), ("DELETE", "/api/members/3", True),
        ("GET", "/api/imports/x/rejects", True), ("GET", "/api/people/exports/x/file", True), ("POST", "/api/segments/preview", False),
        ("GET", "/api/nothing", False),
    ],
)  # fmt: skip
def test_changes_are_written_down_and_so_is_reading_that_a_row_names(method, path, written):
    assert table.audited(method, path) is written


def test_every_permission_has_a_word_in_every_language_of_the_console():
    words = re.findall(r'"scope\.([a-z.]+)":', (SETTINGS / "words.ts").read_text())
    assert {name: words.count(name) for name in table.PERMISSIONS} == dict.fromkeys(
        table.PERMISSIONS, LANGUAGES
    )


def test_the_audit_log_can_be_narrowed_to_whatever_is_written_into_it():
    chosen = re.findall(r'"of\.([a-z]+)":', (SETTINGS / "audit-words.ts").read_text())
    kinds = {row.name.split(".")[0] for row in table.TABLE if row.audited}
    assert {kind: chosen.count(kind) for kind in kinds} == dict.fromkeys(kinds, LANGUAGES)
