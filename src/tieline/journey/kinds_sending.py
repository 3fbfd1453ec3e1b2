"""Steps that send: the table of what each does, its fields and an example."""

from tieline.journey import definition, fields
from tieline.journey.kind import NEXT, Field, Kind

EXPIRES_AFTER = Field(
    "expires_after",
    "expires_after",
    fields.read_wait,
    "duration",
    "A message that could not leave by then is dropped. Left out: P1D.",
    required=False,
)
LOOKUP = Field(
    "lookup",
    "lookup",
    fields.read_lookup,
    '`{name: {"catalog": key, "key": template}}`',
    "Rows of catalogues that the templates read under these names.",
    required=False,
)

SENDING: dict[str, Kind] = {
    "send_line": Kind(
        definition.SendLine,
        "Asks for a LINE message. Consent, quiet hours, caps and budget decide whether and when it leaves; the person goes on at once.",
        (
            Field("account", "account", fields.read_slug, "key", "LINE account that sends it."),
            Field(
                "purpose",
                "purpose",
                fields.read_purpose,
                "marketing or transactional",
                "What it is for: marketing needs consent to marketing.",
            ),
            Field(
                "messages",
                "messages",
                fields.read_messages,
                f"list of 1 to {definition.MESSAGES_MAX} LINE messages",
                "Message objects of the Messaging API; each text in them is a Liquid template.",
            ),
            EXPIRES_AFTER,
            LOOKUP,
            NEXT,
        ),
        {
            "id": "remind",
            "kind": "send_line",
            "account": "main",
            "purpose": "marketing",
            "lookup": {"item": {"catalog": "product", "key": "{{ trigger.product_id }}"}},
            "messages": [{"type": "text", "text": "{{ item.name }} 還在購物車裡。"}],
            "expires_after": "PT6H",
        },
    ),
    "send": Kind(
        definition.Reach,
        "Asks for a message by the cheapest way on which the person may be reached: LINE, e-mail, SMS or a webhook. Consent is asked for each kind of way, and again right before it leaves; the person goes on at once.",
        (
            Field(
                "purpose",
                "purpose",
                fields.read_purpose,
                "marketing or transactional",
                "What it is for: marketing needs consent to marketing on that kind of way.",
            ),
            Field(
                "ways",
                "ways",
                fields.read_ways,
                f"list of 1 to {fields.WAYS_MAX} `{{channel: key, …}}`",
                "Channels as they were set up, each with what it says there: `subject` and `text` by e-mail, `text` by SMS, `body` to a webhook, `messages` on LINE; each text is a Liquid template. Among equally cheap ones the first.",
            ),
            EXPIRES_AFTER,
            LOOKUP,
            NEXT,
        ),
        {
            "id": "tell",
            "kind": "send",
            "purpose": "marketing",
            "ways": [
                {
                    "channel": "mail",
                    "subject": "您的購物車",
                    "text": "{{ trigger.product_name }} 還在購物車裡。",
                },
                {"channel": "sms", "text": "購物車還在等您。"},
            ],
        },
    ),
}
