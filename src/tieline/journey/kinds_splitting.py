"""Steps that send people different ways: the table of what each does, its fields and an example."""

from tieline.journey import branches, definition, fields
from tieline.journey.kind import NEXT, Field, Kind, way

SPLITTING: dict[str, Kind] = {
    "split_by_button": Kind(
        definition.SplitByButton,
        "Waits for one of these buttons of a LINE message, and goes the way of the one that is pressed first.",
        (
            Field(
                "buttons",
                "buttons",
                branches.read_buttons,
                '`[{"name", "data", "next"}]`, 1 to 10',
                "`data` is what the button sends as its postback; `name` is how reports call it.",
            ),
            Field("timeout", "timeout", fields.read_wait, "duration", "How long to wait at most."),
            way("on_timeout", "The step after the time is up."),
        ),
        {
            "id": "which-day",
            "kind": "split_by_button",
            "buttons": [
                {"name": "平日", "data": "day=weekday"},
                {"name": "週末", "data": "day=weekend"},
            ],
            "timeout": "P2D",
        },
    ),
    "random_split": Kind(
        definition.RandomSplit,
        "Sends so many percent each way, by lot; whoever comes again on the same enrolment is drawn again.",
        (
            Field(
                "branches",
                "branches",
                branches.read_shares,
                '`[{"name", "share", "next"}]`, 2 to 10',
                "Whole percents that make 100.",
            ),
        ),
        {
            "id": "half",
            "kind": "random_split",
            "branches": [{"name": "a", "share": 50}, {"name": "b", "share": 50}],
        },
    ),
    "ab_test": Kind(
        definition.AbTest,
        "Tries several ways on equal parts; with a winner, everybody after that goes the way that did best.",
        (
            Field(
                "branches",
                "branches",
                branches.read_arms,
                '`[{"name", "next"}]`, 2 to 5',
                "The ways that are compared.",
            ),
            Field(
                "winner",
                "winner",
                branches.read_winner,
                '`{"by": "goal" or "click", "after": duration, "people": number}`',
                "The test ends when it has run this long and each way has had so many people; without it, it never ends.",
                required=False,
            ),
        ),
        {
            "id": "tone",
            "kind": "ab_test",
            "branches": [{"name": "warm"}, {"name": "short"}],
            "winner": {"by": "goal", "after": "P7D", "people": 200},
        },
    ),
    "holdout": Kind(
        definition.Holdout,
        "Keeps a part of the people out, always the same for this journey, and watches whether they reach the goal "
        "without it: the difference is what the journey brings.",
        (
            Field("share", "share", branches.read_share, "1 to 50", "Percent that is kept out."),
            Field(
                "observe",
                "observe",
                fields.read_wait,
                "duration",
                "How long those kept out are watched. Left out: P30D.",
                required=False,
            ),
            NEXT,
        ),
        {"id": "compare", "kind": "holdout", "share": 10},
    ),
}
