import re
from itertools import count
from typing import Any

from tieline.deliver.links import track
from tieline.ids import SystemIds

PUBLIC = "https://brand.test"


def uri(target: str, **more: Any) -> dict[str, Any]:
    return {"type": "uri", "label": "Go", "uri": target, **more}


def tracked(*actions: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    numbers = count(1)
    found = track([{"type": "template", "actions": list(actions)}], PUBLIC, lambda: f"t{next(numbers)}")
    return found.messages[0]["actions"], found.urls


def test_a_web_page_becomes_a_counted_link() -> None:
    actions, urls = tracked(uri("https://shop.test/a?utm=1"))
    assert actions == [uri("https://brand.test/r/t1")]
    assert urls == {"t1": "https://shop.test/a?utm=1"}


def test_the_same_page_keeps_one_token_within_a_message() -> None:
    _, urls = tracked(uri("https://shop.test/a"), uri("https://shop.test/b"), uri("https://shop.test/a"))
    assert urls == {"t1": "https://shop.test/a", "t2": "https://shop.test/b"}


def test_the_page_for_desktops_is_counted_too() -> None:
    (action,), urls = tracked(uri("https://shop.test/a", altUri={"desktop": "https://shop.test/wide"}))
    assert action["altUri"] == {"desktop": "https://brand.test/r/t2"}
    assert set(urls.values()) == {"https://shop.test/a", "https://shop.test/wide"}


def test_phones_line_and_our_own_pages_are_left_alone() -> None:
    targets = [
        "tel:+886212345678",
        "line://ti/p/@x",
        "https://liff.line.me/1-a",
        "https://lin.ee/abc",
        "https://brand.test/bind/xyz",
    ]
    actions, urls = tracked(*[uri(target) for target in targets])
    assert [action["uri"] for action in actions] == targets
    assert urls == {}


def test_a_look_alike_of_line_is_counted() -> None:
    _, urls = tracked(uri("https://evil-line.me/a"))
    assert set(urls.values()) == {"https://evil-line.me/a"}


def test_images_keep_their_addresses_and_the_template_is_not_changed() -> None:
    message = {
        "type": "image",
        "originalContentUrl": "https://a.test/1.png",
        "action": uri("https://shop.test/"),
    }
    found = track([message], PUBLIC, lambda: "t")
    assert found.messages[0]["originalContentUrl"] == "https://a.test/1.png"
    assert message["action"] == uri("https://shop.test/")


def test_tokens_are_128_bits_of_chance() -> None:
    tokens = {SystemIds().token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)
