import copy

import pytest

from tieline.connect.mapping import read_mapping

HEADER = "會員編號,手機,姓名\n"
LINES = "單號,手機,時間,金額,商品代碼,單價\n"
CONSENT = {
    "column": "同意",
    "granted": ["Y", "是"],
    "purpose": "marketing",
    "channel": "line",
    "notice_version": "v1",
}


def with_parts(mapping_document: dict, **parts: object):
    return read_mapping({**copy.deepcopy(mapping_document), **parts})


CUSTOMERS = {"source": "crm", "kind": "customers", "identifiers": {"member_id": "會員編號", "phone": "手機"}}


def test_a_customer_is_an_identify_call(file, customers, imported):
    got = imported(file(HEADER + "M1,0912345678,王小明\n"), customers)
    (item,) = got.items
    assert item["type"] == "identify"
    assert item["traits"] == {"given_name": "王小明"}
    assert item["timestamp"] == "2026-03-01T04:00:00Z"
    assert item["context"] == {
        "import_id": "i1",
        "row": 2,
        "externalIds": [{"type": "member_id", "id": "M1"}, {"type": "phone", "id": "0912345678"}],
    }


def test_an_empty_cell_erases_nothing(file, customers, imported):
    (item,) = imported(file(HEADER + "M1,,\n"), customers).items
    assert item["traits"] == {}


def test_a_row_about_nobody_is_refused(file, customers, imported):
    got = imported(file(HEADER + ",無,王小明\nM2,,\n"), customers)
    assert got.report.reasons == {"no_identifier": 1}
    assert got.report.rejects[0].row_number == 2
    assert len(got.items) == 1


def test_the_same_file_says_the_same_under_another_import(file, customers, imported):
    path = file(HEADER + "M1,0912345678,王\nM2,0922345678,李\n")
    first, second = imported(path, customers), imported(path, customers, import_id="i2")
    assert first.ids == second.ids
    assert len(set(first.ids)) == 2
    assert {item["context"]["import_id"] for item in second.items} == {"i2"}


def test_a_value_that_returns_in_a_later_file_is_news(file, customers, imported):
    monday = imported(file(HEADER + "M1,,台北\n"), customers)
    friday = imported(file(HEADER + "M1,,台北\nM2,,高雄\n"), customers)
    assert monday.ids[0] != friday.ids[0]


def test_a_wider_mapping_of_the_same_file_is_news(file, customers, imported):
    path = file(HEADER + "M1,0912345678,王\n")
    assert imported(path, with_parts(CUSTOMERS)).ids != imported(path, customers).ids


def test_consent_is_told_as_the_ledger_asks(file, imported):
    mapping = with_parts(CUSTOMERS, consent=CONSENT)
    path = file("會員編號,手機,同意\nM1,,y\nM2,,否\nM3,,\nM4,,也許\n")
    got = imported(path, mapping)
    said = [item["properties"] for item in got.items if item["type"] == "track"]
    assert [one["state"] for one in said] == ["granted", "withdrawn"]
    assert said[0] == {
        "purpose": "marketing",
        "channel": "line",
        "state": "granted",
        "method": "import",
        "notice_version": "v1",
    }
    assert got.report.reasons == {"unknown_consent": 1}
    assert "M4" not in str(got.items)


def test_consent_keeps_the_day_it_was_given(file, imported):
    consent = {**CONSENT, "at": {"column": "日期", "formats": ["ROC"]}}
    path = file("會員編號,手機,同意,日期\nM1,,Y,113/05/20\nM2,,Y,\n")
    got = imported(path, with_parts(CUSTOMERS, consent=consent))
    assert [item["timestamp"] for item in got.items if item["type"] == "track"] == ["2024-05-19T16:00:00Z"]
    assert got.report.reasons == {"missing": 1}


def test_tags_are_added_and_never_taken_away(file, imported):
    got = imported(file("會員編號,手機,標籤\nM1,,VIP;生日月\nM2,,\n"), with_parts(CUSTOMERS, tags="標籤"))
    tagged = [(item["event"], item["properties"]) for item in got.items if item["type"] == "track"]
    assert tagged == [("tag_added", {"tags": ["VIP", "生日月"]})]


def test_a_changed_time_dates_what_the_row_says(file, imported):
    got = imported(file("會員編號,手機,更新\nM1,,2025/01/01\n"), with_parts(CUSTOMERS, at="更新"))
    assert got.items[0]["timestamp"] == "2024-12-31T16:00:00Z"


def test_lines_of_an_order_make_one_event(file, orders, imported):
    text = LINES + "A1,0912345678,2026/02/01 12:00,300,S1,100\nA1,0912345678,2026/02/01 12:00,300,S2,200\n"
    (item,) = imported(file(text), orders).items
    assert item["event"] == "Order Completed"
    assert item["timestamp"] == "2026-02-01T04:00:00Z"
    assert item["properties"] == {
        "total": 300,
        "items": [{"sku": "S1", "price": 100}, {"sku": "S2", "price": 200}],
    }


def test_lines_of_an_order_may_stand_apart(file, orders, imported):
    text = (
        LINES
        + "A1,0912345678,2026/02/01,300,S1,1\nA2,0922345678,2026/02/01,5,S9,5\nA1,0912345678,2026/02/01,300,S2,2\n"
    )
    by_size = {
        len(item["properties"]["items"]): item["properties"]["total"]
        for item in imported(file(text), orders).items
    }
    assert by_size == {1: 5, 2: 300}


def test_an_order_with_one_bad_line_is_refused_as_a_whole(file, orders, imported):
    text = (
        LINES
        + "A1,0912345678,2026/02/01,300,S1,1\nA1,0912345678,2026/02/01,300,S2,二\nA2,0922345678,2026/02/01,5,S9,5\n"
    )
    got = imported(file(text), orders)
    assert [(reject.row_number, reject.reason, reject.column) for reject in got.report.rejects] == [
        (2, "same_group", ""),
        (3, "not_a_number", "單價"),
    ]
    assert len(got.items) == 1


def test_amounts_of_lines_can_be_summed(file, orders, imported):
    total = {"total": {"column": "金額", "type": "number", "fold": "sum"}}
    event = {"at": "時間", "group_by": "單號", "properties": total}
    mapping = read_mapping(
        {"source": "pos", "kind": "orders", "identifiers": {"phone": "手機"}, "event": event}
    )
    text = LINES + "A1,0912345678,2026/02/01,100,S1,1\nA1,0912345678,2026/02/01,250,S2,1\n"
    assert imported(file(text), mapping).items[0]["properties"] == {"total": 350}
    disagreeing = imported(file(text), orders).report.warnings
    assert [(one.code, one.column, one.rows) for one in disagreeing] == [("group_disagrees", "金額", 1)]


def test_an_order_is_one_event_in_overlapping_exports(file, orders, imported):
    january = imported(file(LINES + "A1,0912345678,2026/01/31,300,S1,1\n"), orders)
    both = imported(
        file(LINES + "A0,0912345678,2026/01/30,1,S1,1\nA1,0912345678,2026/01/31,300,S1,1\n"), orders
    )
    assert january.ids[0] in both.ids


def test_the_same_number_in_another_source_is_another_order(file, orders, imported):
    other = with_parts(
        {
            "source": "shop",
            "kind": "orders",
            "identifiers": {"phone": "手機"},
            "event": {"at": "時間", "id": "單號"},
        }
    )
    path = file(LINES + "A1,0912345678,2026/01/31,300,S1,1\n")
    assert imported(path, orders).ids != imported(path, other).ids


def test_two_alike_events_without_a_number_are_two(file, imported):
    event = {"name": {"column": "事件"}, "at": "時間"}
    mapping = read_mapping(
        {"source": "app", "kind": "events", "identifiers": {"phone": "手機"}, "event": event}
    )
    path = file("手機,時間,事件\n" + "0912345678,2026/01/31 10:00,打卡\n" * 2)
    first, again = imported(path, mapping), imported(path, mapping)
    assert len(set(first.ids)) == 2
    assert first.ids == again.ids
    assert first.items[0]["event"] == "打卡"


def test_an_event_of_tomorrow_has_not_happened(file, orders, imported):
    got = imported(file(LINES + "A1,0912345678,2026/03/09,300,S1,1\n"), orders)
    assert got.report.reasons == {"in_the_future": 1}
    assert got.report.rejects[0].column == "時間"


def test_an_order_without_its_number_is_refused(file, orders, imported):
    got = imported(file(LINES + ",0912345678,2026/02/01,300,S1,1\n"), orders)
    assert got.report.reasons == {"missing": 1}


def test_a_catalogue_has_keys_and_no_people(file, imported):
    catalog = {"name": "products", "key": "sku", "fields": {"price": {"column": "價格", "type": "number"}}}
    mapping = read_mapping({"source": "shop", "kind": "catalog", "catalog": catalog})
    (item,) = imported(file("sku,價格\nA,1.5\n"), mapping).items
    assert (item["type"], item["catalog"], item["key"], item["data"]) == (
        "catalog",
        "products",
        "A",
        {"price": 1.5},
    )


@pytest.mark.parametrize(("uid", "reasons"), [("U" + "0a" * 16, {}), ("@line_id", {"not_a_line_user": 1})])
def test_a_line_user_id_is_what_the_api_gives(file, imported, uid, reasons):
    mapping = read_mapping({"source": "crm", "kind": "customers", "identifiers": {"line:1657": "UID"}})
    got = imported(file(f"UID\n{uid}\n"), mapping)
    assert got.report.reasons == reasons
    assert [item["context"]["externalIds"][0]["type"] for item in got.items] == ["line:1657"] * (not reasons)
