"""Personal data as they may be seen by who may not contact people: enough to recognise, too little to use. Pure.

One walk over an answer, whatever route gave it. What is personal is known by the name of its field, by the namespace
of an identifier, and, for texts that stand anywhere, by its form.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Hide = Callable[[str], str]


def ends(value: str) -> str:
    """Hide all but the ends: 王小明 is 王*明."""
    if len(value) < 2:
        return "*" * len(value)
    shown = 1 if len(value) < 6 else 2
    if len(value) == 2:
        return value[0] + "*"
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[-shown:]


def phone(value: str) -> str:
    """Hide a number but its beginning and its last three digits."""
    head = 4 if value.startswith("+") else 2
    return value[:head] + "*" * max(0, len(value) - head - 3) + value[-3:] if len(value) > head + 3 else "***"


def email(value: str) -> str:
    """Hide an address but its first letter and its domain."""
    local, at, domain = value.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else ends(value)


def first_four(value: str) -> str:
    """Hide all but the year of a date."""
    return value[:4] + re.sub(r"[0-9]", "*", value[4:]) if value[:4].isdigit() else "****"


def place(value: str) -> str:
    """Hide an address but the city."""
    return value[:3] + "****"


def nothing(_: str) -> str:
    """Hide it all."""
    return ""


HIDDEN_NAMESPACES: Mapping[str, Hide] = {"phone": phone, "email": email, "line": ends, "name": ends}
"""Identifiers that contact or name a person; a member number does neither."""
HIDDEN_FIELDS: Mapping[str, Hide] = {
    **dict.fromkeys(("phone", "mobile", "mobile_phone", "cellphone", "tel", "telephone", "phone_number"), phone),
    **dict.fromkeys(("email", "mail", "email_address"), email),
    **dict.fromkeys((
        "full_name", "first_name", "last_name", "given_name", "family_name", "surname", "middle_name", "nickname",
        "display_name", "line_name", "kana", "name_kana", "name_latin", "recipient", "recipient_name",
        "guardian_name",
    ), ends),
    **dict.fromkeys(("line_user_id", "line_uid", "line_id", "user_id_line", "facebook_id", "google_id"), ends),
    **dict.fromkeys(("birth_date", "birthday", "birthdate", "date_of_birth", "dob"), first_four),
    **dict.fromkeys(("address", "street", "address1", "address2", "postal_address", "shipping_address"), place),
    **dict.fromkeys(("picture_url", "avatar", "photo", "national_id", "id_number", "ip", "ip_address"), nothing),
}  # fmt: skip
"""Fields that are personal wherever they stand; their names are compared without case, spaces and `-`."""
_OF_A_PERSON = frozenset({"traits", "person", "people", "customer", "recipient"})
"""Below these, `name` is a person's; elsewhere it is a product's, a segment's, a journey's."""
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z-])(?:\+[0-9](?:[ -]?[0-9]){7,13}|09[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3})(?![0-9A-Za-z])"
)
_LINE = re.compile(r"(?<![0-9A-Za-z])U[0-9a-f]{32}(?![0-9A-Za-z])")


def text(value: str) -> str:
    """Hide addresses, phone numbers and LINE user ids that stand in a text."""
    value = _EMAIL.sub(lambda found: email(found[0]), value)
    value = _PHONE.sub(lambda found: phone(found[0]), value)
    return _LINE.sub(lambda found: ends(found[0]), value)


def masked(answer: Any, *, of_a_person: bool = False) -> Any:
    """Return an answer in which personal data are hidden.

    Args:
        answer: JSON as Python values.
        of_a_person: Whether a field `name` here names a person.
    """
    if isinstance(answer, str):
        return text(answer)
    if isinstance(answer, list):
        if len(answer) == 2 and (hide := _of_namespace(answer[0])) is not None:
            return [answer[0], _hidden(answer[1], hide)]
        return [masked(one, of_a_person=of_a_person) for one in answer]
    if not isinstance(answer, dict):
        return answer
    named = _of_namespace(answer.get("namespace"))
    identify = answer.get("type") == "identify"
    of_a_person = of_a_person or ("profile_id" in answer and "identifiers" in answer)
    shown = {}
    for field, value in answer.items():
        hide = _hides(field, of_a_person=of_a_person)
        if field == "value" and named is not None:
            hide = named
        inside = (
            field in _OF_A_PERSON
            or (identify and field == "properties")
            or (of_a_person and field not in {"products", "items", "segments", "tags"})
        )
        shown[field] = masked(value, of_a_person=inside) if hide is None else _hidden(value, hide)
    return shown


def _of_namespace(namespace: object) -> Hide | None:
    """Return what hides an identifier; a LINE user's namespace also names the provider."""
    return HIDDEN_NAMESPACES.get(str(namespace).partition(":")[0]) if isinstance(namespace, str) else None


def _hides(field: str, *, of_a_person: bool) -> Hide | None:
    plain = field.lower().replace("-", "_").replace(" ", "_")
    if of_a_person and plain == "name":
        return ends
    return HIDDEN_FIELDS.get(plain) or HIDDEN_FIELDS.get(_snake(field))


def _snake(field: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).lower()


def _hidden(value: Any, hide: Hide) -> Any:
    """Hide a value, or the value of a trait with its source and time."""
    if isinstance(value, dict):
        if "value" in value:
            return {name: _hidden(one, hide) if name == "value" else one for name, one in value.items()}
        return {name: _hidden(one, hide) for name, one in value.items()}
    if isinstance(value, list):
        return [_hidden(one, hide) for one in value]
    if value is None or isinstance(value, bool):
        return value
    return hide(str(value))
