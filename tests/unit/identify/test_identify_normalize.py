import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tieline.identify.normalize import Refused, _any_phone, normalize
from tieline.identify.rules import BLOCKED


@pytest.mark.parametrize(
    ("region", "value", "expected"),
    [
        ("TW", "0987654301", "+886987654301"),
        ("TW", "０９８７６５４３０１", "+886987654301"),
        ("TW", "+886 0987 654 301", "+886987654301"),
        ("TW", "+886-987-654-301", "+886987654301"),
        ("TW", "＋８８６－９８７－６５４－３０１", "+886987654301"),
        ("TW", "886987654301", "+886987654301"),
        ("TW", "00886987654301", "+886987654301"),
        ("TW", "(09) 8765-4301", "+886987654301"),
        ("TW", "0987.654.301", "+886987654301"),
        ("TW", "\u3000 0987654301\t", "+886987654301"),
        ("TW", "987654301", "+886987654301"),
        ("TW", "٠٩٨٧٦٥٤٣٠١", "+886987654301"),
        ("TW", "02-2766-1234 #12", "+886227661234"),
        ("TW", "+81 90-1234-9876", "+819012349876"),
        ("TW", "+1 650 253 0000", "+16502530000"),
        ("JP", "090-1234-9876", "+819012349876"),
        ("JP", "+81 (0)90-1234-9876", "+819012349876"),
        ("JP", "０３－３２１２－７６５４", "+81332127654"),
        ("JP", "+886987654301", "+886987654301"),
        ("TH", "081 298 7654", "+66812987654"),
        ("TH", "+66 (0)81 298 7654", "+66812987654"),
        ("TH", "02 123 9876", "+6621239876"),
    ],
)
def test_one_number_has_one_spelling(region, value, expected):
    assert normalize("phone", value, region) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0900000000", "placeholder"),
        ("0911111111", "placeholder"),
        ("0912345678", "placeholder"),
        ("0987654321", "placeholder"),
        ("0998989898", "placeholder"),
        ("+886 912-345-678", "placeholder"),
        ("0000000000", "blocked"),
        ("12345", "not_a_phone"),
        ("09876543012", "not_a_phone"),
        ("call me", "not_a_phone"),
        ("undefined", "blocked"),
    ],
)
def test_a_number_that_is_nobodys_is_refused(value, reason):
    refused = normalize("phone", value, "TW")

    assert isinstance(refused, Refused)
    assert refused.reason == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("  ann@mail.tw ", "ann@mail.tw"),
        ("ａｎｎ＠ｍａｉｌ．ｔｗ", "ann@mail.tw"),
        ("ann+shop@mail.com.tw", "ann+shop@mail.com.tw"),
        ("王小明@例子.台灣", "王小明@例子.台灣"),
        ("o'neil@mail.tw", "o'neil@mail.tw"),
        ("test@mycompany.tw", "test@mycompany.tw"),
    ],
)
def test_one_address_has_one_spelling(value, expected):
    assert normalize("email", value, "TW") == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("test@test.com", "placeholder"),
        ("TEST@TEST.COM.TW", "placeholder"),
        ("noemail@gmail.com", "placeholder"),
        ("a@a.com", "placeholder"),
        ("none", "blocked"),
        ("ann@", "not_an_email"),
        ("ann@@mail.tw", "not_an_email"),
        ("ann lee@mail.tw", "not_an_email"),
        ("ann..lee@mail.tw", "not_an_email"),
        ("ann@mail", "not_an_email"),
        ("無", "blocked"),
    ],
)
def test_an_address_that_is_nobodys_is_refused(value, reason):
    assert normalize("email", value, "TW") == Refused(reason)


@pytest.mark.parametrize(
    ("namespace", "value", "expected"),
    [
        ("line:165", "U" + "0a" * 16, "U" + "0a" * 16),
        ("line:165", "U" + "0A" * 16, Refused("not_a_line_user")),
        ("line:165", "C" + "0a" * 16, Refused("not_a_line_user")),
        ("line:165", "Udeadbeefdeadbeefdeadbeefdeadbeef", Refused("placeholder")),
        ("line:165", "U" + "0" * 32, Refused("placeholder")),
        ("line", "U" + "0a" * 16, Refused("bad_namespace")),
        ("line:", "U" + "0a" * 16, Refused("bad_namespace")),
        ("pos_card", "ab-12 34 99", "AB123499"),
        ("pos_card", "11111111", Refused("placeholder")),
        ("pos_card", "2012345678", Refused("placeholder")),
        ("member_id", " Ｍ１２ ", "M12"),
        ("member_id", "m12", "m12"),
        ("member_id", "guest", Refused("blocked")),
        ("member_id", "[object Object]", Refused("blocked")),
        ("member_id", "0", Refused("blocked")),
        ("member_id", "  ", Refused("blocked")),
        ("member_id", "a\x1fb", Refused("unprintable")),
        ("member_id", "a\x00", Refused("unprintable")),
        ("member_id", "\ud800", Refused("unprintable")),
        ("member_id", "x" * 257, Refused("too_long")),
        ("anonymous_id", "00000000-0000-0000-0000-000000000000", Refused("blocked")),
        ("anonymous_id", "3f2a-77", "3f2a-77"),
        ("shopify_id", "gid://shopify/Customer/1", "gid://shopify/Customer/1"),
        ("phone:home", "0987 654", "0987 654"),
        ("Bad Namespace", "x", Refused("bad_namespace")),
        ("a\x1fb", "x", Refused("bad_namespace")),
    ],
)
def test_every_namespace_has_its_own_reading(namespace, value, expected):
    assert normalize(namespace, value, "TW") == expected


@pytest.mark.parametrize("value", sorted(BLOCKED))
@pytest.mark.parametrize(
    "namespace", ["member_id", "email", "phone", "anonymous_id", "pos_card", "shopify_id"]
)
def test_what_programs_write_for_nothing_names_nobody(namespace, value):
    assert normalize(namespace, value.upper(), "TW") == Refused("blocked")


@given(st.from_regex(r"09[0-9]{8}", fullmatch=True))
def test_the_quick_reading_of_a_mobile_number_is_the_librarys(number):
    read = normalize("phone", number, "TW")
    assert isinstance(read, Refused) or read == _any_phone(number, "TW")


@given(st.from_regex(r"0[789]0[1-9][0-9]{7}", fullmatch=True))
def test_the_quick_reading_holds_for_japan(number):
    read = normalize("phone", number, "JP")
    assert isinstance(read, Refused) or read == _any_phone(number, "JP")


@given(st.from_regex(r"0[89][0-9]{8}", fullmatch=True))
def test_the_quick_reading_holds_for_thailand(number):
    read = normalize("phone", number, "TH")
    assert isinstance(read, Refused) or read == _any_phone(number, "TH")


@given(
    st.sampled_from(["member_id", "email", "phone", "pos_card", "anonymous_id", "line:1", "shopify_id"]),
    st.text() | st.from_regex(r"\+?[0-9 -]{6,14}") | st.emails(),
)
@example("pos_card", "A´")
def test_reading_again_changes_nothing_and_nothing_breaks_it(namespace, value):
    once = normalize(namespace, value, "TW")
    if not isinstance(once, Refused):
        assert once.encode()
        assert normalize(namespace, once, "TW") == once
