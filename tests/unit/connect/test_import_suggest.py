import msgspec
import pytest

from tieline.connect.mapping import Field, parse_mapping
from tieline.connect.suggest import suggest
from tieline.errors import InvalidInputError


def rows(*values: dict[str, str]) -> list[dict[str, str]]:
    return list(values)


def test_a_member_list_in_chinese_is_understood():
    row = {
        "會員編號": "M1",
        "會員姓名": "王",
        "行動電話": "0912-345-678",
        "電子信箱": "a@b.tw",
        "出生日期": "79/03/05",
        "備註": "x",
    }
    mapping = suggest(list(row), [row])
    assert mapping.kind == "customers"
    assert {name: field.column for name, field in mapping.identifiers.items()} == {
        "member_id": "會員編號",
        "phone": "行動電話",
        "email": "電子信箱",
    }
    assert mapping.traits == {
        "given_name": Field("會員姓名"),
        "birth_date": Field("出生日期", "date", ("ROC",)),
    }


def test_order_lines_are_recognised_by_their_repeated_number():
    columns = ["訂單編號", "訂單時間", "手機", "商品名稱", "商品代碼", "單價", "數量", "總金額"]
    line = dict(
        zip(columns, ["A1", "2026/01/02 10:00", "0912345678", "茶", "S1", "30", "2", "60"], strict=True)
    )
    mapping = suggest(columns, [line, line])
    assert (mapping.kind, mapping.group_by) == ("orders", "訂單編號")
    assert set(mapping.event.items) == {"name", "sku", "price", "quantity"}
    assert mapping.event.properties == {"total": Field("總金額", "number")}
    assert mapping.traits == {}


def test_english_and_japanese_headers_are_understood():
    english = suggest(["Customer ID", "Full Name", "Mobile", "E-mail Address", "hotel"], [])
    assert {name: field.column for name, field in english.identifiers.items()} == {
        "member_id": "Customer ID",
        "phone": "Mobile",
        "email": "E-mail Address",
    }
    japanese = suggest(["会員番号", "氏名", "携帯電話", "メールアドレス", "生年月日"], [])
    assert set(japanese.identifiers) == {"member_id", "phone", "email"}
    assert set(japanese.traits) == {"given_name", "birth_date"}


def test_cells_that_belie_their_header_are_not_believed():
    mapping = suggest(["手機", "聯絡方式"], rows({"手機": "iPhone 15", "聯絡方式": "0912345678"}))
    assert mapping.identifiers["phone"] == Field("聯絡方式")


def test_line_user_ids_need_their_provider():
    row = {"LINE UID": "U" + "0a" * 16, "電話": "0912345678"}
    assert set(suggest(list(row), [row]).identifiers) == {"phone"}
    assert "line:1657" in suggest(list(row), [row], line_provider="1657").identifiers


def test_a_product_list_is_a_catalogue():
    mapping = suggest(["商品編號", "品名", "售價"], [])
    assert mapping.kind == "catalog"
    assert mapping.catalog.key == Field("商品編號")


def test_a_list_of_nothing_known_suggests_nothing():
    assert suggest(["foo", "bar"], []) is None


def test_a_suggestion_can_be_sent_back():
    row = {"手機": "0912345678", "交易時間": "2026/01/02", "單號": "A1", "金額": "NT$5"}
    mapping = suggest(list(row), [row], source="pos")
    assert parse_mapping(msgspec.json.encode(mapping)) == mapping


def test_which_notice_people_read_is_left_to_a_person():
    mapping = suggest(["手機", "同意行銷"], [])
    with pytest.raises(InvalidInputError) as refused:
        parse_mapping(msgspec.json.encode(mapping))
    assert refused.value.field == "/consent/notice_version"
