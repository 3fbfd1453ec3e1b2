"""A look-alike of the LINE platform, for tests, demonstrations and load: LINE forbids load tests on itself.

`platform.LinePlatform` decides everything without sockets or clocks; `app.create_app` puts it on HTTP;
`transport.SimulatedTransport` puts it behind an `httpx` client. Imports nothing of the rest of Tieline.
"""
