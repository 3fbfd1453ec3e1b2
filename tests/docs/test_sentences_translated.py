"""Every sentence that an answer of the API can carry is said in the languages of the console."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Annotated, Any, Literal

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from tieline.api import problem
from tieline.deliver import narrowcast_words
from tieline.deliver.liquid import RenderError, compile_text

HOLE = re.compile(r"\{(\d)\}")
OTHERS = ("library", "words")
"""Rooms of what the source does not raise: sentences of libraries, and words that stand in holes."""


@pytest.fixture(scope="module")
def raised() -> ModuleType:
    """The program that reads sentences out of the source."""
    import raised as program

    return program


@pytest.fixture(scope="module")
def sentences() -> ModuleType:
    """The program that says what is missing."""
    import sentences as program

    return program


@pytest.fixture(scope="module")
def rooms(sentences: ModuleType) -> dict[str, dict[str, dict[str, str]]]:
    return sentences.catalogue()


def test_every_sentence_of_the_source_is_translated(sentences):
    assert not sentences.missing(), f"\n{sentences.orders()}"


def test_why_a_narrowcast_is_refused_is_said_in_one_way_everywhere(rooms):
    said = narrowcast_words.refusals()

    assert {template: rooms["deliver"].get(template) for template in said} == said


def test_every_expression_that_gives_a_sentence_can_be_followed(raised):
    unreadable = raised.templates()[1]

    assert not unreadable, (
        "Write the sentence where it is raised, as a text or an f-string, or give it to a function"
        f" of this project that does: {sorted(unreadable)}"
    )


def test_every_translation_has_its_sentence_in_the_source(sentences, raised, rooms):
    source = raised.templates()[0]
    left = {room: sorted(lines.keys() - source.keys()) for room, lines in rooms.items() if room not in OTHERS}

    assert {f"{room}.json": lines for room, lines in left.items() if lines} == {}, (
        f"Remove these from {sentences.CATALOGUE}: no error says them any more."
    )


def test_a_sentence_stands_in_one_room(rooms):
    count = Counter(template for lines in rooms.values() for template in lines)

    assert [template for template, times in count.items() if times > 1] == []


def test_every_translation_fills_what_the_sentence_fills(sentences, rooms):
    wrong = [
        (f"{room}.json", template, language, said.get(language, ""))
        for room, lines in rooms.items()
        for template, said in lines.items()
        for language in sentences.LANGUAGES
        if sorted(set(HOLE.findall(said.get(language, ""))))
        != [str(at) for at in range(template.count("{}"))]
        or not said[language]
    ]

    assert wrong == [], "Say each hole of the template by its number, from {0} on."


def test_every_word_in_a_hole_stands_in_the_source(raised, rooms):
    source = "".join(path.read_text("utf-8") for path in raised.SOURCE.rglob("*.py"))
    words = [word.removesuffix(" {}") for word in rooms["words"]]

    assert [word for word in words if f'"{word}"' not in source and f"'{word}'" not in source] == []


class Whole(BaseModel, extra="forbid"):
    name: str


CASES: tuple[tuple[Any, Any], ...] = (
    (Whole, {}),
    (Whole, {"name": "a", "other": 1}),
    (Whole, 1),
    (str, 1),
    (int, None),
    (int, "a"),
    (int, 1.5),
    (float, None),
    (float, "a"),
    (bool, None),
    (bool, "a"),
    (list[int], 1),
    (dict[str, int], 1),
    (Literal["a", "b"], "c"),
    (Annotated[int, Field(gt=1)], 1),
    (Annotated[int, Field(ge=1)], 0),
    (Annotated[int, Field(lt=1)], 1),
    (Annotated[int, Field(le=1)], 2),
    (Annotated[str, Field(min_length=1)], ""),
    (Annotated[str, Field(min_length=2)], ""),
    (Annotated[str, Field(max_length=1)], "abc"),
    (Annotated[str, Field(max_length=2)], "abc"),
    (Annotated[str, Field(pattern="^a$")], "b"),
    (Annotated[list[int], Field(min_length=1)], []),
    (Annotated[list[int], Field(min_length=2)], []),
    (Annotated[list[int], Field(max_length=1)], [1, 2]),
    (Annotated[list[int], Field(max_length=2)], [1, 2, 3]),
    (datetime, "a"),
    (datetime, "2026-01-01T99:00"),
    (date, "2026-99"),
    (date, "2026-01-01T99:00"),
    (AwareDatetime, "2026-01-01T00:00"),
)


class Fits(msgspec.Struct, forbid_unknown_fields=True):
    name: str


SHAPES: tuple[tuple[Any, Any], ...] = (
    (Fits, {}),
    (Fits, {"name": "a", "other": 1}),
    (Fits, {"name": 1}),
    (Fits, []),
    (str, None),
    (bool, 1.5),
    (list[str], True),
    (Annotated[str, msgspec.Meta(min_length=1)], ""),
    (Annotated[str, msgspec.Meta(max_length=1)], "ab"),
    (Annotated[str, msgspec.Meta(pattern="^a$")], "b"),
    (Annotated[int, msgspec.Meta(ge=1)], 0),
    (Annotated[int, msgspec.Meta(le=1)], 2),
    (Literal["a"], "b"),
    (datetime, "b"),
)


TEMPLATES = ("{{ name", "{% if", "{% for x in y %}", "{% include 'x' %}")


def of_libraries() -> Iterator[str]:
    """Yield what pydantic, msgspec, Liquid and the web framework say, each by being asked for it."""
    for kind, given in CASES:
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(kind).validate_python(given)
        yield from (f"/place: {one['msg']}." for one in refused.value.errors())
    for kind, given in SHAPES:
        with pytest.raises(msgspec.ValidationError) as unfit:
            msgspec.convert(given, kind)
        yield str(unfit.value)
    for template in TEMPLATES:
        with pytest.raises(RenderError) as broken:
            compile_text(template)
        yield str(broken.value)
    yield from asyncio.run(of_an_application())


async def of_an_application() -> list[str]:
    app = FastAPI()
    problem.install(app)
    app.post("/whole")(_take)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        answers = [
            await client.post("/whole", content="{", headers={"Content-Type": "application/json"}),
            await client.post("/whole", json=1),
            await client.get("/whole"),
            await client.get("/no"),
        ]
    return [answer.json()["title"] for answer in answers]


def _take(body: Whole) -> str:
    return body.name


def _form(template: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(re.escape(part) for part in template.split("{}")), re.DOTALL)


def test_what_libraries_say_is_translated_and_nothing_else(rooms):
    said = list(of_libraries())
    forms = {template: _form(template) for template in rooms["library"]}
    # What stands in the hole of a sentence is looked up as well: a type, a place.
    said += [
        hole
        for one in said
        for form in forms.values()
        if (found := form.fullmatch(one))
        for hole in found.groups()
    ]

    heard = {template for template, form in forms.items() if any(form.fullmatch(one) for one in said)}
    known = [one for one in said if any(form.fullmatch(one) for form in forms.values())]

    assert sorted(set(forms) - heard) == []
    assert [one for one in of_libraries() if one not in known] == []
