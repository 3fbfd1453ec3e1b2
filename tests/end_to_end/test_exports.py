"""People are written into a file: only by who may, without formulas, and the list of long work says when it is done."""

import csv
import io
from typing import Any

from serving import Served, wait_for


def inbox(served: Served) -> list[Any]:
    work: list[Any] = served.get("/api/inbox")["work"]
    return work


def export(served: Served, **wish: Any) -> list[dict[str, str]]:
    made = served.post("/api/people/export", wish)
    done = wait_for(
        lambda: (one := served.get(f"/api/people/exports/{made['export_id']}"))["state"] == "done" and one
    )
    answer = served.http.get(f"/api/people/exports/{made['export_id']}/file")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert done["done"] == len(rows) == done["total"]
    return rows


def test_people_are_exported_whole_and_harmless(served: Served) -> None:
    people = [
        {
            "type": "identify",
            "userId": f"M{n:04d}",
            "traits": {"name": f"王{n}", "tier": "gold" if n % 2 else "basic"},
        }
        for n in range(1201)
    ]
    for start in range(0, len(people), 400):
        served.collect(*people[start : start + 400])
    served.collect(
        {
            "type": "identify",
            "userId": "M0000",
            "traits": {"name": '=HYPERLINK("x")', "phone": "0912384756", "city": "＝1+1"},
        }
    )
    wait_for(served.settled)
    condition = {"trait": "tier", "op": "eq", "value": "gold"}
    served.http.post("/api/segments", json={"key": "gold", "name": "金卡", "condition": condition})
    wait_for(lambda: served.get("/api/segments/gold/members")["count"] == 600)

    rows = {row["member_id"]: row for row in export(served)}
    assert len(rows) == 1201
    assert (rows["M0000"]["name"], rows["M0000"]["phone"]) == ('\'=HYPERLINK("x")', "'+886912384756")
    gold = export(served, segment="gold", columns=["member_id", "city", "tier"])
    assert len(gold) == 600
    assert {row["tier"] for row in gold} == {"gold"}

    assert [(one["kind"], one["title"], one["state"], one["done"]) for one in inbox(served) if one["kind"] == "export"] == [
        ("export", "gold", "done", 600), ("export", "", "done", 1201),
    ]  # fmt: skip
    assert served.http.post("/api/people/export", json={"segment": "nothing"}).status_code == 404
    assert served.http.get("/api/people/exports/..%2Fsecret/file").status_code == 404
