"""Tells LINE of everybody who unbound, until LINE has heard: a duty of whoever uses LINE Login.

Source: https://developers.line.biz/en/docs/line-login/development-guidelines/
"""

from datetime import datetime, timedelta

from tieline.channel.line.login import Channel, LineLogin
from tieline.channel.line.secrets import Vault
from tieline.ports import Transaction
from tieline.ports.logins import Logins

TOGETHER = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)


class Leaver:
    """Calls LINE for those who left.

    Args:
        unit: Transactions of `logins`, which no other loop shares.
        logins: Who left, and the login channels.
        login: LINE Login.
        vault: Opens secrets and tokens.
    """

    def __init__(self, unit: Transaction, logins: Logins, login: LineLogin, vault: Vault) -> None:
        self._unit = unit
        self._logins = logins
        self._login = login
        self._vault = vault

    async def step(self, now: datetime) -> int:
        """Tell LINE of a few; return how many it has heard of."""
        heard = 0
        async with self._unit.transaction():
            for one in await self._logins.untold(now, TOGETHER):
                channel = await self._logins.channel(one.workspace_id, one.account)
                if channel is not None:
                    secret = self._vault.open(
                        channel.channel_secret, one.workspace_id, f"login:{one.account}"
                    )
                    token = self._vault.open(one.user_token, one.workspace_id, f"token:{one.account}")
                    if await self._login.deauthorize(Channel(channel.channel_id, secret), token):
                        await self._logins.told(one)
                        heard += 1
                        continue
                await self._logins.later(
                    one, now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(one.attempts, 12))
                )
        return heard
