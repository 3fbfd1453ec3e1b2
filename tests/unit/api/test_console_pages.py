"""The console is one page at many addresses, under a policy that lets only its own scripts run."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tieline.api import console, problem
from tieline.ids import SystemIds

BROWSER = {"accept": "text/html,*/*"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta name="csp-nonce" content="TIELINE-NONCE"><div id="root">')
    (tmp_path / "assets/main-1.js").write_text("run()")
    (tmp_path / "assets/main-1.js.gz").write_bytes(gzip.compress(b"run()"))
    return tmp_path


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(built) as client:
        yield client


def browsing(built: Path) -> httpx.AsyncClient:
    app = FastAPI()
    problem.install(app)
    console.install(app, SystemIds(), built)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")


async def test_every_address_of_the_console_is_its_page(client):
    for path in ("/", "/people", "/segments/vip/members"):
        answer = await client.get(path, headers=BROWSER)

        assert answer.status_code == 200, path
        assert '<div id="root">' in answer.text
        assert answer.headers["cache-control"] == "no-store"


async def test_what_programs_call_is_never_a_page(client):
    for path in ("/api/nothing", "/v1/nothing", "/line/x", "/assets/gone.js"):
        assert (await client.get(path, headers=BROWSER)).status_code == 404, path


async def test_who_asks_for_no_page_gets_none(client):
    answer = await client.get("/nothing", headers={"accept": "application/json"})

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_the_policy_allows_no_inline_script_and_a_fresh_nonce_for_styles(client):
    first, second = [await client.get("/", headers=BROWSER) for _ in range(2)]
    policy = first.headers["content-security-policy"]

    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert policy != second.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert len(nonce) >= 20
    assert f'content="{nonce}"' in first.text


async def test_parts_are_kept_for_ever_and_come_compressed(client):
    plain = await client.get("/assets/main-1.js", headers={"accept-encoding": "identity"})
    packed = await client.get("/assets/main-1.js", headers={"accept-encoding": "gzip"})

    assert plain.text == packed.text == "run()"
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "immutable" in plain.headers["cache-control"]


async def test_parts_lead_nowhere_else(client):
    for name in ("..%2Findex.html", "%2e%2e/index.html", "main-1.js.gz"):
        assert (await client.get(f"/assets/{name}", headers=BROWSER)).status_code == 404, name


async def test_an_unbuilt_console_says_how_to_build_it(tmp_path):
    async with browsing(tmp_path / "nothing") as client:
        answer = await client.get("/people", headers=BROWSER)

    assert answer.status_code == 503
    assert "make install" in answer.text
    assert 'lang="zh-Hant-TW"' in answer.text
