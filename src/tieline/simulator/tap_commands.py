"""Bodies of what a person does; an unknown field is refused, so that a slip of the pen is noticed."""

from typing import Any, Literal

from tieline.simulator.commands import Body
from tieline.simulator.webhooks import Signature
from tieline.simulator.wire import Refused


class Text(Body, frozen=True):
    """What a person writes."""

    text: str
    quoted: str | None = None


class Postback(Body, frozen=True):
    """The button a person presses."""

    data: str
    display_text: str = ""
    params: dict[str, Any] | None = None


class Unsend(Body, frozen=True):
    """The message a person takes back."""

    message_id: str


class AnyEvent(Body, frozen=True):
    """An event of any type; `content` adds to and overrides its properties."""

    type: str
    content: dict[str, Any] = {}
    signature: Signature = "valid"
    repeat: int = 1


class Tap(Body, frozen=True):
    """Which action of which delivery is tapped; negative numbers count from the end."""

    delivery: int = -1
    action: int = 0


class Bind(Body, frozen=True):
    """Account linking: where it starts and what is filled into the login form."""

    url: str | None = None
    form: dict[str, str] = {}


class Act(Body, frozen=True):
    """A tap: an action of message number `message` (from 1) of a request, or an area of the rich menu."""

    request_id: str = ""
    message: int = 1
    action: dict[str, Any] = {}
    area: int | None = None
    params: dict[str, Any] | None = None


class CouponDeed(Body, frozen=True):
    """What a person does with a coupon."""

    coupon_id: str
    deed: Literal["take", "use"]


class Show(Body, frozen=True):
    """A sticker (package and id) or a place (latitude and longitude) that a person sends."""

    package_id: str | None = None
    sticker_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    title: str = ""
    address: str = ""

    def message(self) -> dict[str, Any]:
        """Return the message."""
        if self.package_id and self.sticker_id:
            kind = {"stickerResourceType": "STATIC", "keywords": []}
            return {"type": "sticker", "packageId": self.package_id, "stickerId": self.sticker_id, **kind}
        if self.latitude is None or self.longitude is None:
            raise Refused(400, "A sticker needs package_id and sticker_id, a place latitude and longitude")
        words = {name: value for name, value in (("title", self.title), ("address", self.address)) if value}
        return {"type": "location", **words, "latitude": self.latitude, "longitude": self.longitude}


class Beacon(Body, frozen=True):
    """A beacon that a person comes near."""

    hwid: str
    type: Literal["enter", "banner", "stay"] = "enter"
    dm: str | None = None


class Watched(Body, frozen=True):
    """A video that was watched to its end."""

    tracking_id: str = ""
    request_id: str = ""
    message: int = 1


class MembershipDeed(Body, frozen=True):
    """What a person does with a paid membership."""

    type: Literal["joined", "left", "renewed"]
    membership_id: int


class LiffMessages(Body, frozen=True):
    """What `liff.sendMessages()` sends."""

    messages: list[dict[str, Any]]
