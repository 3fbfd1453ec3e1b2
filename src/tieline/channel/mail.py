"""E-mail by SMTP: one message to one address, under a Message-ID that is always the same for it."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from tieline.model.outreach import Carried, Carrying, Channel

SECONDS_MAX = 20.0
PERMANENT = 500
Open = Callable[[Channel], str]


class Mail:
    """Carrier of kind email. A repetition is not recognised by mail servers: what is in doubt stays parked.

    The settings of a channel: `host`, `port`, `security` (tls, starttls or none), `user`, `from`.

    Args:
        secret: Opens the password of a channel.
        public_url: Where people's browsers reach this Tieline.
    """

    def __init__(self, secret: Open, public_url: str) -> None:
        self._secret = secret
        self._public_url = public_url.rstrip("/")
        self._open: dict[tuple[int, str], smtplib.SMTP] = {}

    def again_is_safe(self, channel: Channel) -> bool:
        """Tell that nobody removes what comes twice."""
        del channel
        return False

    async def ready(self, channel: Channel) -> None:
        """Connect and log in, so that behind the gate only the message itself is left."""
        with suppress(OSError, smtplib.SMTPException):
            await asyncio.to_thread(self._connected, channel)

    async def carry(self, channel: Channel, message: Carrying) -> Carried:
        """Hand one message over."""
        return await asyncio.to_thread(self._carry, channel, message)

    async def close(self) -> None:
        """Say goodbye."""
        for name in list(self._open):
            self._drop(name)

    def _carry(self, channel: Channel, message: Carrying) -> Carried:
        name = (channel.workspace_id, channel.key)
        written = letter(message, str(channel.settings["from"]), self._public_url).as_bytes()
        try:
            server = self._connected(channel)
            _expect(server.mail(_address(str(channel.settings["from"]))), smtplib.SMTPResponseException)
            _expect(server.rcpt(message.address), _NoSuchAddressError)
        except smtplib.SMTPResponseException as error:
            self._reset(name)
            gone = error.smtp_code >= PERMANENT and isinstance(error, _NoSuchAddressError)
            return Carried(_refused(error.smtp_code), f"smtp_{error.smtp_code}", gone=gone)
        except (OSError, smtplib.SMTPException) as error:
            self._drop(name)
            return Carried("again", type(error).__name__)
        try:
            code, said = server.data(written)
        except smtplib.SMTPDataError as error:  # refused before the first byte of the message
            self._reset(name)
            return Carried(_refused(error.smtp_code), f"smtp_{error.smtp_code}")
        except (OSError, smtplib.SMTPException):
            self._drop(name)
            return Carried("doubt", "broken")
        if code != 250:
            self._reset(name)
            return Carried(_refused(code), f"smtp_{code}")
        return Carried("accepted", reference=said.decode(errors="replace")[:200])

    def _connected(self, channel: Channel) -> smtplib.SMTP:
        """Return a connection that is logged in and answers."""
        name = (channel.workspace_id, channel.key)
        server = self._open.get(name)
        if server is not None:
            try:
                if server.noop()[0] == 250:
                    return server
            except (OSError, smtplib.SMTPException):
                pass
            self._drop(name)
        said = channel.settings
        host, port, security = str(said["host"]), int(said["port"]), str(said["security"])
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(host, port, timeout=SECONDS_MAX, context=context)
            if security == "tls"
            else smtplib.SMTP(host, port, timeout=SECONDS_MAX)
        )
        try:
            if security == "starttls":
                server.starttls(context=context)
            if said.get("user"):
                server.login(str(said["user"]), self._secret(channel))
            else:
                server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        self._open[name] = server
        return server

    def _reset(self, name: tuple[int, str]) -> None:
        server = self._open.get(name)
        try:
            if server is not None:
                server.rset()
        except (OSError, smtplib.SMTPException):
            self._drop(name)

    def _drop(self, name: tuple[int, str]) -> None:
        server = self._open.pop(name, None)
        if server is not None:
            server.close()


class _NoSuchAddressError(smtplib.SMTPResponseException):
    """An address that the server does not take."""


def _expect(answer: tuple[int, bytes], otherwise: type[smtplib.SMTPResponseException]) -> None:
    code, said = answer
    if code not in {250, 251}:
        raise otherwise(code, said)


def _refused(code: int) -> Literal["failed", "again"]:
    return "failed" if code >= PERMANENT else "again"


def _address(sender: str) -> str:
    """Return the bare address of `Name <address>`."""
    return sender.rpartition("<")[2].rstrip(">").strip() if "<" in sender else sender


def letter(message: Carrying, sender: str, public_url: str) -> EmailMessage:
    """Return the e-mail: one line of subject, plain text, and for marketing the way to leave it by one press."""
    written = EmailMessage(policy=SMTP)
    written["From"] = sender
    written["To"] = message.address
    written["Subject"] = " ".join(str(message.content["subject"]).split())
    written["Message-ID"] = f"<{message.send_id.hex()}@{_address(sender).rpartition('@')[2]}>"
    text = str(message.content["text"])
    if message.unsubscribe:
        link = f"{public_url}/u/{message.unsubscribe}"
        written["List-Unsubscribe"] = f"<{link}>"
        written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        text = f"{text}\n\n--\n取消訂閱 / 配信停止 / Unsubscribe: {link}\n"
    written.set_content(text)
    return written
