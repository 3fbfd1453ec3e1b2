"""Steps that do something else than sending: the table of what each does, its fields and an example."""

from tieline.journey import definition, fields
from tieline.journey.kind import NEXT, Field, Kind, way

DOING: dict[str, Kind] = {
    "tag": Kind(
        definition.Tag,
        "Puts tags on the person and takes tags off.",
        (
            Field("add", "add", fields.read_tags, "list of tags", "Tags to put on.", required=False),
            Field("remove", "remove", fields.read_tags, "list of tags", "Tags to take off.", required=False),
            NEXT,
        ),
        {"id": "mark", "kind": "tag", "add": ["reminded"], "remove": ["new"]},
    ),
    "set_trait": Kind(
        definition.SetTrait,
        "Writes one trait of the person.",
        (
            Field("name", "name", fields.read_trait, "name", "Name of the trait."),
            Field(
                "value",
                "value",
                fields.read_templates,
                "any JSON",
                "Its value; each text in it is a Liquid template.",
            ),
            NEXT,
        ),
        {"id": "note", "kind": "set_trait", "name": "last_cart", "value": "{{ trigger.cart_id }}"},
    ),
    "rich_menu": Kind(
        definition.RichMenu,
        "Gives the person a rich menu of their own, as if its rule held for them, or takes away what a journey gave. Where menus with a lower rank fit too, those are seen first, as always; the newest step decides.",
        (
            Field("account", "account", fields.read_slug, "key", "LINE account whose menu it is."),
            Field(
                "menu",
                "menu",
                fields.read_slug,
                "key",
                "The menu; one that no rule shows is seen by whom a step gives it. Left out: takes away what journeys gave.",
                required=False,
            ),
            NEXT,
        ),
        {"id": "vip-menu", "kind": "rich_menu", "account": "main", "menu": "vip"},
    ),
    "audience": Kind(
        definition.Audience,
        "Puts the person on a list or takes them off. Systems that are kept in step with a segment of the list follow, and so does an audience at LINE that is; any other audience stays as the list was when it was made.",
        (
            Field("list", "list", fields.read_slug, "key", "The list."),
            Field(
                "action",
                "action",
                fields.read_list_action,
                "add or remove",
                "Left out: add.",
                required=False,
            ),
            NEXT,
        ),
        {"id": "lookalike", "kind": "audience", "list": "repeat-buyers", "action": "add"},
    ),
    "webhook": Kind(
        definition.Webhook,
        "Tells another system by an HTTP POST; the person goes on at once.",
        (
            Field(
                "url",
                "url",
                fields.read_url,
                "https address",
                "Where to send it; without templates, because addresses end up in logs.",
            ),
            Field(
                "body",
                "body",
                fields.read_templates,
                "any JSON",
                "What to send; each text in it is a Liquid template.",
            ),
            NEXT,
        ),
        {
            "id": "tell-crm",
            "kind": "webhook",
            "url": "https://crm.example.com/hooks/cart",
            "body": {"cart": "{{ trigger.cart_id }}"},
        },
    ),
    "coupon": Kind(
        definition.Coupon,
        "Takes one unused code from a pool for this person; later templates read it as `coupons`.",
        (
            Field("pool", "pool", fields.read_slug, "key", "The pool of codes."),
            way("next", "The step after this one."),
            way("on_empty", "Where to go when the pool is used up."),
        ),
        {"id": "gift", "kind": "coupon", "pool": "free-shipping", "next": "remind"},
    ),
    "start_journey": Kind(
        definition.StartJourney,
        "Lets the person enter another journey, whatever starts that one; its rules of re-entry hold.",
        (Field("journey", "journey", fields.read_slug, "key", "The other journey."), NEXT),
        {"id": "hand-over", "kind": "start_journey", "journey": "win-back"},
    ),
    "leave_journey": Kind(
        definition.LeaveJourney,
        "Ends another journey for the person.",
        (Field("journey", "journey", fields.read_slug, "key", "The other journey."), NEXT),
        {"id": "no-more", "kind": "leave_journey", "journey": "cart-30m"},
    ),
    "goal": Kind(
        definition.Goal,
        "Counts as reaching the goal; the journey ends.",
        (),
        {"id": "won", "kind": "goal"},
    ),
    "exit": Kind(definition.Exit, "Ends the journey for this person.", (), {"id": "stop", "kind": "exit"}),
}
