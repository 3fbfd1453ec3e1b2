"""The demonstration's requests outlive a restart."""

import httpx
import pytest

from tieline.demo.patience import Patient


class Flaky(httpx.AsyncBaseTransport):
    """Breaks or is not ready a number of times in turn, then answers."""

    def __init__(self, breaks: int) -> None:
        self.left = breaks

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.left:
            self.left -= 1
            if self.left % 2:
                return httpx.Response(503)
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={"path": request.url.path})


async def test_a_request_is_repeated_until_there_is_an_answer() -> None:
    async with httpx.AsyncClient(transport=Patient(Flaky(4)), base_url="http://x") as client:
        answer = await client.post("/v1/batch", json={})

    assert answer.json() == {"path": "/v1/batch"}


async def test_a_request_that_nobody_answers_fails_in_the_end() -> None:
    async with httpx.AsyncClient(transport=Patient(Flaky(1_001), seconds=0), base_url="http://x") as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/readyz")
