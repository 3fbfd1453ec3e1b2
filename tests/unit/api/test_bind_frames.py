"""Who may put the member log-in page into a frame."""

from tieline.api.bind_page import headers


def test_nobody_frames_the_log_in_page_of_a_real_brand() -> None:
    for address in ("https://access.line.me", "https://localhost.evil.example", "http://10.0.0.1"):
        assert "frame-ancestors 'none'" in headers(address)["Content-Security-Policy"]


def test_a_simulated_phone_on_this_machine_may_and_nobody_else() -> None:
    policy = headers("http://127.0.0.1:8100/")["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors http://127.0.0.1:8100")
    assert policy.startswith("default-src 'none'")
