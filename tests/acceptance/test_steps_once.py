"""What a journey does to a person's menu and lists is said once, however often its process dies between statements."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tieline.model.event import TAG_ADDED, TAG_REMOVED, TRAITS_SET
from tieline.testing.story import Killed, Story

TEN = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Taipei"))
TRIAL = {
    "key": "trial",
    "name": "trial",
    "trigger": {"kind": "event", "event": "Trial Started"},
    "start": "give",
    "steps": [
        {"id": "give", "kind": "rich_menu", "account": "main", "menu": "trial", "next": "on"},
        {"id": "on", "kind": "audience", "list": "trials", "next": "week"},
        {"id": "week", "kind": "wait", "for": "P7D", "next": "take"},
        {"id": "take", "kind": "rich_menu", "account": "main", "next": "off"},
        {"id": "off", "kind": "audience", "list": "trials", "action": "remove"},
    ],
}
SAID = [
    (TRAITS_SET, {"rich_menu:main": "trial"}),
    (TAG_ADDED, "list:trials"),
    (TRAITS_SET, {"rich_menu:main": None}),
    (TAG_REMOVED, "list:trials"),
]


def said(story: Story) -> list[tuple[str, object]]:
    return [
        (name, properties.get("traits") or properties.get("tag"))
        for name, properties in story.happened()
        if name in {TRAITS_SET, TAG_ADDED, TAG_REMOVED}
    ]


async def begun(when: str) -> Story:
    """Return a story right before the person enters, or wakes after a week."""
    story = Story(TEN)
    await story.befriend()
    await story.journey(TRIAL)
    if when == "waking":
        await story.track("Trial Started")
        await story.until(story.clock.now() + timedelta(days=6, hours=23, minutes=59))
    return story


@pytest.mark.parametrize("when", ["entering", "waking"])
async def test_a_menu_and_a_list_change_once_however_the_process_dies(when: str) -> None:
    statement = 0
    while True:
        story = await begun(when)
        story.dies, story.kill_after = "advance", statement
        try:
            if when == "entering":
                await story.track("Trial Started")
            else:
                await story.pass_by(minutes=2)
        except Killed:
            story.restart()
        survived = story.kill_after is not None
        story.kill_after = None
        await story.pass_by(days=7, minutes=5)

        assert said(story) == SAID, statement
        if survived:
            break
        statement += 1
    assert statement >= 4
