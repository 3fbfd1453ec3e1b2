"""Files come in beside live events, and go again without a trace in what was there before."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, wait_for

CUSTOMERS = {
    "source": "crm",
    "kind": "customers",
    "identifiers": {"member_id": "會員編號", "phone": "手機"},
    "traits": {"city": "城市"},
}
CONSENTS = {
    **CUSTOMERS,
    "consent": {
        "column": "同意",
        "granted": ["是"],
        "purpose": "marketing",
        "channel": "line",
        "notice_version": "2026-01",
        "at": {"column": "同意日"},
    },
}
ORDERS = {
    "source": "pos",
    "kind": "orders",
    "identifiers": {"phone": "手機", "member_id": "會員編號"},
    "event": {
        "at": {"column": "時間"},
        "id": "單號",
        "properties": {"total": {"column": "金額", "type": "number"}},
    },
}


@pytest.fixture(scope="module")
def tieline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("imports"))
    served.start()
    yield served
    served.stop()


def sent(tieline: Served, text: str, mapping: dict[str, Any], **form: str) -> dict[str, Any]:
    answer = tieline.http.post(
        "/api/imports",
        files={"file": ("list.csv", text.encode())},
        data={"mapping": json.dumps(mapping), **form},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def take_back(tieline: Served, import_id: str) -> None:
    assert tieline.http.post(f"/api/imports/{import_id}/undo").json()["state"] == "undone"
    wait_for(tieline.settled)


def profile(tieline: Served, namespace: str, value: str) -> dict[str, Any] | None:
    """Return everything about a person but the time of the question."""
    answer = tieline.http.get("/api/profiles/lookup", params={"namespace": namespace, "value": value})
    return {**answer.json(), "as_of": None} if answer.is_success else None


def timeline(tieline: Served, namespace: str, value: str) -> list[tuple[str, Any]]:
    found = profile(tieline, namespace, value)
    assert found is not None
    events = tieline.get(f"/api/profiles/{found['profile_id']}/timeline")["events"]
    return sorted((event["event"], json.dumps(event["properties"], sort_keys=True)) for event in events)


def events(tieline: Served) -> int:
    wait_for(tieline.settled)
    return tieline.get("/api/report")["events"]


def identify(user: str, **traits: str) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": f"{user}{traits}", "traits": traits}


def track(name: str, message_id: str, **said: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "messageId": message_id, **said}


def test_a_big5_file_comes_in_once_and_its_bad_row_comes_back(tieline: Served, tmp_path: Path) -> None:
    before = events(tieline)
    file, mapping, rejects = tmp_path / "名單.csv", tmp_path / "mapping.json", tmp_path / "refused.csv"
    text = "會員編號,手機,城市\nB1,0912000001,臺北\nB2,12,許功蓋\nB3,912000003,高雄\n"
    file.write_bytes(text.encode("cp950"))
    mapping.write_text(json.dumps(CUSTOMERS), "utf-8")
    command = (
        "import", str(file), "--data", str(tieline.data), "--mapping", str(mapping), "--rejects", str(rejects)
    )  # fmt: skip
    first = tieline.run(*command).stdout
    assert "3 rows read, 2 taken, 1 refused." in first
    with rejects.open(encoding="utf-8-sig", newline="") as refused:
        (row,) = csv.DictReader(refused)
    assert (row["會員編號"], row["城市"], row["tieline_reason"]) == ("B2", "許功蓋", "not_a_phone")

    again = tieline.run(*command).stdout
    assert "this file was imported before" in again
    wait_for(lambda: profile(tieline, "member_id", "B3"))
    assert events(tieline) == before + 2
    found = profile(tieline, "phone", "0912000003")
    assert found is not None
    assert found["traits"]["city"]["value"] == "高雄"
    assert found["traits"]["city"]["source"].startswith("import:")
    assert profile(tieline, "member_id", "B2") is None


def test_undo_leaves_everyone_as_they_were(tieline: Served) -> None:
    tieline.post(
        "/api/segments",
        {"key": "buyers", "condition": {"event": "Order Completed"}},
    )
    tieline.collect(
        identify("U1", city="臺南"),
        track("Viewed", "u-view", context={"externalIds": [{"type": "phone", "id": "0912000011"}]}),
        track(
            "Liked", "u-like", userId="U2", context={"externalIds": [{"type": "phone", "id": "0912000012"}]}
        ),
    )
    wait_for(lambda: profile(tieline, "member_id", "U2"))
    wait_for(tieline.settled)
    names = [("member_id", "U1"), ("phone", "0912000011"), ("member_id", "U2"), ("phone", "0912000013")]
    before = {name: profile(tieline, *name) for name in names}
    counted = events(tieline)
    assert before["member_id", "U1"]["profile_id"] != before["phone", "0912000011"]["profile_id"]

    customers = sent(tieline, "會員編號,手機,城市\nU1,0912000011,花蓮\nU9,0912000013,\n", CUSTOMERS)
    text = (
        "單號,時間,會員編號,手機,金額\n1,2020-01-01 10:00,U2,0912000012,9\n2,2020-01-01 10:00,,0912000013,8\n"
    )
    orders = sent(tieline, text, ORDERS)
    wait_for(lambda: "buyers" in (profile(tieline, "member_id", "U2") or {"segments": []})["segments"])
    assert events(tieline) == counted + 4
    merged = profile(tieline, "member_id", "U1")
    assert merged == profile(tieline, "phone", "0912000011")
    assert merged["traits"]["city"]["value"] == "花蓮"
    assert profile(tieline, "member_id", "U2")["first_seen_at"].startswith("2020")

    for import_id in (orders["import_id"], customers["import_id"]):
        take_back(tieline, import_id)
    assert {name: profile(tieline, *name) for name in names} == before
    assert before["phone", "0912000013"] is None
    assert events(tieline) == counted
    assert [name for name, _ in timeline(tieline, "member_id", "U2")] == ["Liked"]
    assert tieline.get("/api/segments/buyers")["members"] == 0

    corrected = {**ORDERS, "event": {**ORDERS["event"], "properties": {"total": {"column": "金額"}}}}
    assert sent(tieline, text, corrected)["import_id"] != orders["import_id"]
    assert sent(tieline, text, ORDERS)["report"]["rows_taken"] == 2
    wait_for(lambda: len(timeline(tieline, "member_id", "U2")) == 2)
    assert events(tieline) == counted + 2
    assert timeline(tieline, "member_id", "U2")[1] == ("Order Completed", '{"total": "9"}')


def test_an_order_that_two_files_hold_stays_when_the_second_is_taken_back(tieline: Served) -> None:
    head = "單號,時間,會員編號,手機,金額\n"
    first = sent(tieline, head + "7,2026-01-01 10:00,O1,0912000021,9\n", ORDERS)
    second = sent(
        tieline, head + "7,2026-01-01 10:00,O1,0912000021,9\n8,2026-01-02 10:00,O1,0912000021,5\n", ORDERS
    )
    wait_for(lambda: profile(tieline, "member_id", "O1"))
    wait_for(lambda: len(timeline(tieline, "member_id", "O1")) == 2)
    take_back(tieline, second["import_id"])
    assert len(timeline(tieline, "member_id", "O1")) == 1
    again = sent(
        tieline, head + "7,2026-01-01 10:00,O1,0912000021,9\n8,2026-01-02 10:00,O1,0912000021,6\n", ORDERS
    )
    wait_for(lambda: len(timeline(tieline, "member_id", "O1")) == 2)
    for import_id in (first["import_id"], again["import_id"]):
        take_back(tieline, import_id)
    assert profile(tieline, "member_id", "O1") is None


def test_a_list_grants_where_nobody_refused_and_its_grants_go_with_it(tieline: Served) -> None:
    refusal = {"purpose": "marketing", "channel": "line", "state": "withdrawn"}
    tieline.collect(track("consent_updated", "c-no", userId="C1", properties=refusal))
    wait_for(lambda: profile(tieline, "member_id", "C1"))
    rows = ["C1,0912000031,,是,2026-06-01", "C2,0912000032,,是,2026-06-01", "C3,0912000033,,否,2026-06-01"]
    text = "會員編號,手機,城市,同意,同意日\n" + "\n".join(rows) + "\n"

    def consents() -> list[Any]:
        wait_for(tieline.settled)
        found = [profile(tieline, "member_id", name) for name in ("C1", "C2", "C3")]
        return [one and one["consents"] for one in found]

    first = sent(tieline, text, CONSENTS)
    wait_for(lambda: profile(tieline, "member_id", "C3"))
    assert consents() == [[], ["marketing:line"], []]
    take_back(tieline, first["import_id"])
    assert consents() == [[], None, []]
    sent(tieline, text.replace("C3,0912000033,,否", "C3,0912000033,,是"), CONSENTS)
    wait_for(lambda: profile(tieline, "member_id", "C2"))
    assert consents() == [[], ["marketing:line"], []]


def test_only_a_dry_run_shows_what_it_read_and_it_keeps_nothing(tieline: Served) -> None:
    text = "會員編號,手機,城市\nD1,0912000041,臺北\nD2,12,臺北\n"
    before = tieline.get("/api/imports")
    dry = sent(tieline, text, CUSTOMERS, dry_run="true")
    assert (dry["state"], dry["import_id"]) == ("dry_run", "")
    assert dry["report"]["samples"][0]["traits"] == {"city": "臺北"}
    assert tieline.get("/api/imports") == before

    real = sent(tieline, text, CUSTOMERS)
    assert real["report"] == {**dry["report"], "samples": []}
    kept = wait_for(lambda: (found := tieline.get(f"/api/imports/{real['import_id']}"))["absorbed"] and found)
    assert (kept["state"], kept["rows_taken"], kept["rows_refused"]) == ("done", 1, 1)
    assert tieline.get("/api/imports")[0]["import_id"] == real["import_id"]
    rejects = tieline.http.get(f"/api/imports/{real['import_id']}/rejects")
    assert rejects.text.startswith("\ufeff會員編號,手機,城市,tieline_row")
    take_back(tieline, real["import_id"])
    assert tieline.http.get(f"/api/imports/{real['import_id']}/rejects").status_code == 404


def test_a_catalogue_goes_to_the_shelf_and_is_not_taken_back(tieline: Served) -> None:
    fields = {"name": "品名", "price": {"column": "價格", "type": "number"}}
    mapping = {
        "source": "erp",
        "kind": "catalog",
        "catalog": {"name": "products", "key": "sku", "fields": fields},
    }
    done = sent(tieline, "sku,品名,價格\nA-1,外套,1990\nA-1,大衣,2990\n", mapping)
    assert done["report"]["items"] == 2
    refused = tieline.http.post(f"/api/imports/{done['import_id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"data": {"mapping": json.dumps(CUSTOMERS)}, "files": {"other": b""}}, 422, "/file"),
        ({"files": {"file": b"a\n1\n"}}, 422, "/mapping"),
        ({"files": {"file": b"a\n1\n"}, "data": {"mapping": json.dumps(CUSTOMERS)}}, 422, "/identifiers/member_id/column"),
        ({"files": {"file": "會員編號,手機,城市\n1,,\n".encode()}, "data": {"mapping": json.dumps({**CUSTOMERS, "source": "tieline"})}}, 422, "/source"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused_with_its_place(
    tieline: Served, form: dict[str, Any], status: int, field: str
) -> None:
    before = tieline.get("/api/imports")
    answer = tieline.http.post("/api/imports", **form)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert tieline.get("/api/imports") == before


def test_no_key_no_import(tieline: Served) -> None:
    answer = tieline.http.post("/api/imports", content=b"x", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert tieline.http.post("/api/imports", content=b"x").status_code == 422
    assert tieline.http.post("/api/imports/nothing/undo").status_code == 404


def test_import_undo_and_import_in_one_breath_end_as_the_last_one_said(tmp_path: Path) -> None:
    tieline = Served(tmp_path)
    file, mapping = tmp_path / "a.csv", tmp_path / "mapping.json"
    mapping.write_text(json.dumps(CUSTOMERS), "utf-8")

    def put(text: str) -> str:
        file.write_text(f"會員編號,手機,城市\n{text}\n", "utf-8")
        command = ("import", str(file), "--data", str(tieline.data), "--mapping", str(mapping))
        return tieline.run(*command).stdout.split()[-1]

    try:
        wrong = put("X1,0912000051,臺北")
        assert "as soon as" in tieline.run("import-undo", wrong, "--data", str(tieline.data)).stdout
        put("X2,0912000051,高雄")
        assert put("X1,0912000051,臺北") == f"{wrong}-2"
        assert "undoing" not in tieline.run("import-undo", f"{wrong}-2", "--data", str(tieline.data)).stdout
        tieline.start()
        wait_for(lambda: profile(tieline, "member_id", "X2"))
        assert events(tieline) == 1
        assert profile(tieline, "member_id", "X1") is None
        assert profile(tieline, "phone", "0912000051")["traits"]["city"]["value"] == "高雄"
        assert [job["state"] for job in tieline.get("/api/imports")] == ["undone", "done", "undone"]
    finally:
        tieline.stop()


def test_a_mapping_is_suggested_that_can_be_used(tieline: Served, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.csv", tmp_path / "mapping.json"
    file.write_text("會員編號,手機,姓名\nS1,0912000061,王小明\n", "utf-8")
    mapping.write_text(tieline.run("import-suggest", str(file), "--source", "crm").stdout, "utf-8")
    command = ("import", str(file), "--data", str(tieline.data), "--mapping", str(mapping), "--dry-run")
    assert "1 rows read, 1 taken, 0 refused." in tieline.run(*command).stdout
