"""Every template of the gallery, tried: its stories are lived on real loops with a simulated LINE, and these messages arrive."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tieline.condition.place import Place
from tieline.condition.when import read_duration
from tieline.deliver.render import check
from tieline.gallery.template import LANGUAGES, Template, drafts, templates
from tieline.journey.definition import SendLine
from tieline.journey.parse import parse
from tieline.model.send import SendState
from tieline.testing.story import Story

TAIPEI = ZoneInfo("Asia/Taipei")
STORIES = [
    pytest.param(one, told, id=f"{one.key}: {told['what']}") for one in templates() for told in one.stories
]
EACH = pytest.mark.parametrize("chosen", templates(), ids=lambda one: one.key)


def test_there_are_ten_in_order() -> None:
    assert [one.order for one in templates()] == list(range(1, 11))


@EACH
def test_a_template_is_whole_in_every_language(chosen: Template) -> None:
    for words in (chosen.industry, chosen.name, chosen.about, chosen.goal):
        assert set(words) == set(LANGUAGES)
        assert all(words.values())
    for language in LANGUAGES:
        for definition in drafts(chosen, language, "main").journeys:
            journey = parse(definition)
            for step in journey.steps.values():
                if isinstance(step, SendLine):
                    check(step.messages)


@EACH
def test_what_a_template_names_it_brings_along_or_says_that_it_needs(chosen: Template) -> None:
    made = drafts(chosen, "zh-TW", "main")
    text = str(made.journeys)
    segments = {one["key"] for one in made.segments}
    assert set(re.findall(r"'segment': '([^']+)'", text)) <= segments
    assert set(re.findall(r"'pool': '([^']+)'", text)) <= set(chosen.needs.get("pools", ()))
    assert set(re.findall(r"'catalog': '([^']+)'", text)) <= set(chosen.needs.get("catalogs", ()))


@EACH
def test_no_message_says_what_is_locked(chosen: Template) -> None:
    for language in LANGUAGES:
        for definition in drafts(chosen, language, "main").journeys:
            for step in parse(definition).steps.values():
                if isinstance(step, SendLine):
                    assert not [word for word in chosen.locked if word in str(step.messages)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("chosen", "told"), STORIES)
async def test_its_story_brings_these_messages_at_these_moments(
    chosen: Template, told: Mapping[str, Any], language: str
) -> None:
    story = await _in_the_treated_part(chosen, told, language)
    heard = [
        [f"{one.at.astimezone(TAIPEI):%Y-%m-%dT%H:%M}", _said(one.messages[0])] for one in story.phones.heard
    ]
    if language == "zh-TW":
        assert heard == told["heard"]
    else:  # the same messages in other words, each filled in
        assert [at for at, _ in heard] == [at for at, _ in told["heard"]]
        assert not {text for _, text in heard} & {text for _, text in told["heard"]}
        assert not [text for _, text in heard if not text.strip() or "{" in text]
    tags = {said["tag"] for said in _told(story, "tag_added")} - {
        said["tag"] for said in _told(story, "tag_removed")
    }
    assert tags >= set(told.get("tags", ()))


@EACH
async def test_every_message_of_a_template_arrives_in_one_of_its_stories(chosen: Template) -> None:
    arrived: set[str] = set()
    for told in chosen.stories:
        story = await _in_the_treated_part(chosen, told, "zh-TW")
        arrived |= {
            f"{row.send.origin}/{row.send.step}" for row in story.sends if row.state is SendState.ACCEPTED
        }
    asked = {
        f"journey:{definition['key']}/{step.id}"
        for definition in drafts(chosen, "zh-TW", "main").journeys
        for step in parse(definition).steps.values()
        if isinstance(step, SendLine)
    }
    assert arrived == asked


async def _in_the_treated_part(chosen: Template, told: Mapping[str, Any], language: str) -> Story:
    """Live a story as the first member who is not held out."""
    for attempt in range(20):
        story = await _lived(chosen, told, language, f"M{attempt}")
        if not _held_out(story):
            return story
    raise AssertionError("everybody was held out")


async def _lived(chosen: Template, told: Mapping[str, Any], language: str, member: str) -> Story:
    story = Story(datetime.fromisoformat(told["begins"]).replace(tzinfo=TAIPEI))
    begins = story.clock.now()
    made = drafts(chosen, language, "main")
    for pool, codes in told.get("pools", {}).items():
        await story.pool(pool, *codes)
    for catalog, items in told.get("items", {}).items():
        for key, item in items.items():
            await story.item(catalog, key, **item)
    story.clock.advance(-timedelta(minutes=10))
    await story.befriend(0, member, consent=told.get("consent", True) is True)
    if told.get("consent") == "withdrawn":
        await story.consent(member, "withdrawn")
    for segment in made.segments:
        await story.segment(segment["key"], segment["condition"])
    for journey in made.journeys:
        await story.journey(journey)
    await story.until(begins)
    for what, *rest in told["steps"]:
        await _do(story, member, what, rest)
    return story


async def _do(story: Story, member: str, what: str, rest: list[Any]) -> None:
    match what:
        case "track":
            await story.track(rest[0], member, **rest[1])
        case "identify":
            await story.identify(member, **rest[0])
        case "press":
            await story.press(rest[0])
        case "wait":
            await story.until(story.clock.now() + read_duration(Place(rest[0])))
        case _:
            raise ValueError(what)


def _held_out(story: Story) -> bool:
    rows = story.stores.journeys.enrolments.values()
    arms = [arm for row in rows for arm in row.body.get("data", {}).get("arms", {}).values()]
    return "held_out" in arms


def _told(story: Story, name: str) -> list[Any]:
    return [said for event, said in story.happened() if event == name]


def _said(message: Any) -> str:
    return str(message.get("text") or message.get("altText"))
