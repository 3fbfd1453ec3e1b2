import copy
import json
import re
from pathlib import Path

import msgspec
import pytest

from tieline.connect.mapping import Field, check_columns, columns_used, parse_mapping, read_mapping
from tieline.errors import InvalidInputError

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "import.md"
FULL = {
    "source": "crm",
    "kind": "orders",
    "identifiers": {"phone": "手機", "email": "Email", "member_id": "會員編號"},
    "traits": {
        "given_name": "姓名",
        "birth_date": {"column": "生日", "type": "date", "formats": ["%Y/%m/%d", "ROC"]},
    },
    "event": {
        "name": "Order Completed",
        "at": {"column": "時間", "format": "%Y/%m/%d %H:%M", "time_zone": "Asia/Taipei"},
        "id": {"column": "單號"},
        "properties": {"total": {"column": "金額", "type": "number", "fold": "sum"}},
        "group_by": "單號",
        "items": {"sku": "商品代碼", "price": {"column": "單價", "type": "number"}},
    },
    "consent": {
        "column": "同意行銷",
        "granted": ["Y", "是"],
        "purpose": "marketing",
        "channel": "line",
        "notice_version": "2026-01",
    },
}


def changed(path: str, value: object) -> bytes:
    document = copy.deepcopy(FULL)
    *outer, last = path.strip("/").split("/")
    place = document
    for part in outer:
        place = place.setdefault(part, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document).encode()


def test_a_short_field_is_the_name_of_its_column():
    mapping = parse_mapping(json.dumps(FULL).encode())
    assert mapping.identifiers["phone"] == Field("手機")
    assert mapping.event.items["sku"] == Field("商品代碼")
    assert mapping.event.at.patterns == ("%Y/%m/%d %H:%M",)


def test_a_mapping_survives_being_written_and_read():
    mapping = read_mapping(FULL)
    assert parse_mapping(msgspec.json.encode(mapping)) == mapping


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("/source", None, ""),
        ("/source", "CRM system", "/source"),
        ("/kind", "people", "/kind"),
        ("/kind", "customers", "/event"),
        ("/surprise", 1, ""),
        ("/identifiers", {}, "/identifiers"),
        ("/identifiers/phone", 7, "/identifiers/phone"),
        ("/identifiers/line", "UID", "/identifiers/line"),
        ("/identifiers/Phone Number", "手機", "/identifiers/Phone Number"),
        ("/traits/email", "Email", "/traits/email"),
        ("/traits/a~b", {"column": "x", "type": "nothing"}, "/traits/a~0b/type"),
        ("/traits/birth_date/formats", ["ROC", "yyyy/mm/dd"], "/traits/birth_date/formats/1"),
        ("/traits/given_name", {"column": "姓名", "formats": ["ROC"]}, "/traits/given_name/formats"),
        ("/event/at", None, "/event"),
        ("/event/at/time_zone", "Asia/Taipeh", "/event/at/time_zone"),
        ("/event/at/time_zone", "../../etc/passwd", "/event/at/time_zone"),
        ("/event/properties/total", {"column": "金額", "typ": "number"}, "/event/properties/total"),
        ("/event/properties/total", {"column": "金額", "fold": "sum"}, "/event/properties/total/fold"),
        ("/event/group_by", "", "/event/group_by"),
        ("/consent/granted", [], "/consent/granted"),
        ("/consent/refused", ["ｙ"], "/consent/refused"),
        ("/consent/notice_version", "", "/consent/notice_version"),
        ("/catalog", {"name": "p", "key": "sku"}, "/catalog"),
        ("/encoding", "utf-7", "/encoding"),
    ],
)
def test_a_refusal_points_at_the_place(path: str, value: object, pointer: str):
    with pytest.raises(InvalidInputError) as refused:
        parse_mapping(changed(path, value))
    assert refused.value.field == pointer
    assert refused.value.way_out


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b" " * 300_000 + b"{}"])
def test_what_is_no_document_is_refused(raw: bytes):
    with pytest.raises(InvalidInputError):
        parse_mapping(raw)


def test_orders_need_a_number_that_tells_them_apart():
    document = copy.deepcopy(FULL)
    document["event"] = {"at": "時間"}
    with pytest.raises(InvalidInputError) as refused:
        read_mapping(document)
    assert refused.value.field == "/event/id"


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(InvalidInputError, match=r"手機號碼、姓名") as refused:
        check_columns(read_mapping(FULL), ["手機號碼", "姓名"])
    assert refused.value.field == "/identifiers/phone/column"


def test_every_column_in_the_mapping_is_known_to_be_used():
    used = {column for _, column in columns_used(read_mapping(FULL))}
    assert used == {
        "手機",
        "Email",
        "會員編號",
        "姓名",
        "生日",
        "時間",
        "單號",
        "金額",
        "商品代碼",
        "單價",
        "同意行銷",
    }


@pytest.mark.parametrize("block", re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
def test_the_mappings_of_the_guide_are_accepted(block: str):
    assert parse_mapping(block.encode()).identifiers
