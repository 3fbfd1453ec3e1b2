"""LINE Login and LIFF: who agrees, what a token opens, what is refused."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tieline.simulator.login_channels import LoginChannel
from tieline.simulator.wire import SimRequest

CALLBACK = "http://127.0.0.1:1/callback"
FORM = {"content-type": "application/x-www-form-urlencoded"}
VERIFIER = "v" * 43


class Shop:
    """A login channel and a browser of one person."""

    def __init__(self, line):
        self.line = line
        self.channel = LoginChannel(
            "5678", "login-secret", "brand", "小舖會員", (CALLBACK,), bot="1234", email=True
        )
        line.platform.add_login_channel(self.channel)
        self.person = line.people[0]

    def ask(self, method, path, query=None, form=None, **headers):
        body = urlencode(form or {}).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.line.platform.handle(
            SimRequest(method, path, query or {}, {**FORM, **named}, body), self.line.now
        )

    def query(self, **changed):
        base = {"response_type": "code", "client_id": "5678", "redirect_uri": CALLBACK, "state": "s1"}
        return {**base, "scope": "profile openid", "nonce": "n1", **changed}

    def open(self, **changed):
        return self.ask("GET", "/oauth2/v2.1/authorize", self.query(**changed), x_sim_user=self.person)

    def agree(self, decision="allow", friend=None, **changed):
        form = {"sim_user": self.person, "decision": decision, **({"friend": "on"} if friend else {})}
        answer = self.ask("POST", "/oauth2/v2.1/authorize", self.query(**changed), form)
        assert answer.status == 302
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def exchange(self, code, **changed):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        form |= {"client_id": "5678", "client_secret": "login-secret", **changed}
        answer = self.ask("POST", "/oauth2/v2.1/token", form=form)
        return answer.status, msgspec.json.decode(answer.body)

    def verify(self, id_token, **more):
        form = {"id_token": id_token, "client_id": "5678", **more}
        answer = self.ask("POST", "/oauth2/v2.1/verify", form=form)
        return answer.status, msgspec.json.decode(answer.body)


@pytest.fixture
def shop(line):
    return Shop(line)


def claims(token):
    part = token.split(".")[1]
    return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_person_agrees_and_the_brand_learns_the_same_id_as_by_messages(shop):
    page = shop.open()
    assert page.status == 200
    assert "小舖會員" in page.body.decode()
    back = shop.agree()
    assert back["state"] == "s1"
    status, tokens = shop.exchange(back["code"])
    assert status == 200
    said = claims(tokens["id_token"])
    assert (said["sub"], said["aud"], said["nonce"]) == (shop.person, "5678", "n1")
    head, _, signature = tokens["id_token"].rpartition(".")
    right = hmac.digest(b"login-secret", head.encode(), hashlib.sha256)
    assert base64.urlsafe_b64decode(signature + "=") == right
    assert shop.verify(tokens["id_token"], nonce="n1") == (200, said)
    profile = shop.ask("GET", "/v2/profile", authorization=f"Bearer {tokens['access_token']}")
    assert msgspec.json.decode(profile.body)["userId"] == shop.person


def test_whoever_agreed_before_goes_straight_on(shop):
    shop.agree()
    answer = shop.open()
    assert answer.status == 302
    assert "code=" in answer.headers["location"]
    assert shop.open(prompt="consent").status == 200
    assert shop.open(scope="profile openid email").status == 200


def test_a_code_is_good_once_for_its_channel_and_address_for_ten_minutes(shop):
    code = shop.agree()["code"]
    assert shop.exchange(code)[0] == 200
    assert shop.exchange(code)[0] == 400
    assert shop.exchange(shop.agree()["code"], redirect_uri=CALLBACK + "x")[0] == 400
    assert shop.exchange(shop.agree()["code"], client_secret="wrong")[1]["error"] == "invalid_client"
    late = shop.agree()["code"]
    shop.line.wait(minutes=10)
    assert shop.exchange(late)[0] == 400


def test_a_challenge_needs_its_verifier(shop):
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert shop.exchange(shop.agree(**pkce)["code"])[0] == 400
    assert shop.exchange(shop.agree(**pkce)["code"], code_verifier="w" * 43)[0] == 400
    assert shop.exchange(shop.agree(**pkce)["code"], code_verifier=VERIFIER)[0] == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "UNSUPPORTED_RESPONSE_TYPE"),
        ({"scope": "everything"}, "INVALID_SCOPE"),
        ({"scope": "email"}, "INVALID_SCOPE"),
        ({"prompt": "none"}, "INTERACTION_REQUIRED"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "INVALID_REQUEST"),
    ],
)
def test_a_wrong_question_goes_back_as_an_error(shop, changed, error):
    answer = shop.open(**changed)
    assert answer.status == 302
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


def test_an_unregistered_address_or_channel_is_gone_back_to_never(shop):
    for changed in ({"redirect_uri": "http://127.0.0.1:2/steal"}, {"client_id": "9"}):
        answer = shop.open(**changed)
        assert answer.status == 400
        assert "location" not in answer.headers
    assert shop.open(redirect_uri=CALLBACK + "?shop=1").status == 200


def test_a_refusal_is_access_denied(shop):
    assert shop.agree("deny")["error"] == "ACCESS_DENIED"


def test_the_page_can_make_friends(shop):
    friend = shop.line.account.friends[shop.person]
    friend.state = "blocked"
    assert "加入好友" in shop.open(bot_prompt="normal").body.decode()
    assert shop.agree(friend=True, bot_prompt="normal")["friendship_status_changed"] == "true"
    assert [call.events[0]["type"] for call in shop.line.webhooks()] == ["follow"]
    assert shop.agree(friend=True, bot_prompt="normal")["friendship_status_changed"] == "false"
    _, tokens = shop.exchange(shop.agree()["code"])
    asked = shop.ask("GET", "/friendship/v1/status", authorization=f"Bearer {tokens['access_token']}")
    assert msgspec.json.decode(asked.body) == {"friendFlag": True}


def test_a_wrong_id_token_is_named(shop):
    _, tokens = shop.exchange(shop.agree()["code"])
    good = tokens["id_token"]
    head, body, signature = good.split(".")
    forged = ".".join((head, base64.urlsafe_b64encode(b'{"sub":"U"}').decode().rstrip("="), signature))
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert shop.verify(forged)[1]["error_description"] == "Invalid IdToken."
    assert shop.verify(f"{none}.{body}.")[1]["error_description"] == "Invalid IdToken."
    assert shop.verify(good, nonce="other")[1]["error_description"] == "Invalid IdToken Nonce."
    assert shop.verify(good, user_id="U1")[1]["error_description"] == "Invalid IdToken Subject Identifier."
    shop.line.wait(hours=1)
    assert shop.verify(good)[1]["error_description"] == "IdToken expired."


def test_a_refresh_token_brings_a_new_access_token_for_ninety_days(shop):
    _, tokens = shop.exchange(shop.agree()["code"])
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "5678"}
    form["client_secret"] = "login-secret"
    assert shop.ask("POST", "/oauth2/v2.1/token", form=form).status == 200
    shop.line.wait(days=90)
    assert shop.ask("POST", "/oauth2/v2.1/token", form=form).status == 400


def test_leaving_takes_everything_back(shop):
    _, tokens = shop.exchange(shop.agree()["code"])
    issued = shop.ask(
        "POST",
        "/oauth2/v3/token",
        form={"grant_type": "client_credentials", "client_id": "5678", "client_secret": "login-secret"},
    )
    token = msgspec.json.decode(issued.body)["access_token"]
    body = msgspec.json.encode({"userAccessToken": tokens["access_token"]})
    request = SimRequest("POST", "/user/v1/deauthorize", {}, {"authorization": f"Bearer {token}"}, body)
    assert shop.line.platform.handle(request, shop.line.now).status == 204
    assert shop.ask("GET", "/v2/profile", authorization=f"Bearer {tokens['access_token']}").status == 401
    assert shop.ask("GET", "/oauth2/v2.1/verify", {"access_token": tokens["access_token"]}).status == 400
    assert shop.open().status == 200
    assert shop.line.platform.world.login.deauthorized == {"5678": 1}


def add_app(shop, token):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = {"view": {"type": "full", "url": "http://127.0.0.1:1/bind"}, "scope": ["openid", "profile"]}
    request = SimRequest("POST", "/liff/v1/apps", {}, headers, msgspec.json.encode(body))
    return msgspec.json.decode(shop.line.platform.handle(request, shop.line.now).body)["liffId"]


def test_a_liff_page_gets_a_token_that_lines_own_key_signs(shop):
    issued = shop.ask(
        "POST",
        "/oauth2/v3/token",
        form={"grant_type": "client_credentials", "client_id": "5678", "client_secret": "login-secret"},
    )
    liff_id = add_app(shop, msgspec.json.decode(issued.body)["access_token"])
    answer = shop.ask("GET", f"/liff/{liff_id}/step", {"from": "qr"}, x_sim_user=shop.person)
    parts = urlsplit(answer.headers["location"])
    assert (parts.path, parts.query) == ("/bind/step", "from=qr")
    token = dict(parse_qsl(parts.fragment))["id_token"]
    assert shop.verify(token)[1]["sub"] == shop.person
    (key,) = msgspec.json.decode(shop.ask("GET", "/oauth2/v2.1/certs").body)["keys"]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "="), "big") for name in "xy")
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    public.verify(both, head.encode(), ec.ECDSA(SHA256()))


def test_a_token_of_a_login_channel_sends_no_messages(shop):
    issued = shop.ask(
        "POST",
        "/oauth2/v3/token",
        form={"grant_type": "client_credentials", "client_id": "5678", "client_secret": "login-secret"},
    )
    shop.line.token = msgspec.json.decode(issued.body)["access_token"]
    assert shop.line.push(shop.person).status == 401
