"""What can be chosen when a simulated LINE platform starts."""

from datetime import timedelta

import msgspec


class SimulatorSettings(msgspec.Struct, frozen=True):
    """Lifetimes and limits; the defaults are those LINE documents.

    Attributes:
        seed: Start of all chance and of all ids; the same seed and calls give the same run.
        token_life: Life of a stateless channel access token.
        retry_key_life: How long an accepted retry key is remembered.
        reply_token_life: How long a reply token can be used after its webhook was sent.
        reply_token_event_age: Age of the event after which even a redelivered reply token is dead.
        link_token_life: Life of an account-link token.
        screen_length: Messages kept per friend and account; older ones are forgotten, their counts are not.
        multicast_refuses_unknown: Whether one unknown user id refuses a whole multicast (LINE's texts contradict).
        narrowcast_wait: How long a narrowcast waits before it is counted, and
        narrowcast_sending: how long it is sent.
        audience_wait: How long an upload of ids, or an audience, takes.
        menu_batch_wait: How long a batch of rich menu links takes.
        hang_seconds: How long a hanging connection stays open before it is cut.
        access_hosts: Host names, beside the simulator's own, that stand for LINE's browser pages.
    """

    seed: int = 0
    token_life: timedelta = timedelta(minutes=15)
    retry_key_life: timedelta = timedelta(hours=24)
    reply_token_life: timedelta = timedelta(minutes=1)
    reply_token_event_age: timedelta = timedelta(minutes=20)
    link_token_life: timedelta = timedelta(minutes=10)
    screen_length: int = 200
    multicast_refuses_unknown: bool = True
    narrowcast_wait: timedelta = timedelta(seconds=2)
    narrowcast_sending: timedelta = timedelta(seconds=3)
    audience_wait: timedelta = timedelta(seconds=5)
    menu_batch_wait: timedelta = timedelta(seconds=5)
    hang_seconds: float = 60.0
    access_hosts: tuple[str, ...] = ("access.line.me", "liff.line.me")
