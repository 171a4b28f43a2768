"""Points the demo addresses of kalshi-sdk at a local exchange, and records the requests and the frames of each test.

This is a pytest plugin, loaded with `-p local_exchange`. LOCAL_EXCHANGE is the address, such as http://127.0.0.1:8787.
The plugin changes no file of kalshi-sdk. It adds properties to each test in the JUnit report: the requests with their
statuses, and the first received frame of each type.
"""

import json
import os
import socket
import sys
from urllib.parse import urlparse

import httpx
import pytest

address = os.environ["LOCAL_EXCHANGE"]
host = urlparse(address).netloc
rest, feed = f"{address}/trade-api/v2", f"ws://{host}/trade-api/ws/v2"

demo_addresses = {
    "DEMO_BASE_URL": rest,
    "DEMO_WS_URL": feed,
    "PERPS_DEMO_BASE_URL": rest,
    # The local exchange does not serve perpetual futures (perps). Every test creates clients for perps, but they never
    # connect.
    "PERPS_DEMO_WS_URL": f"{feed}/margin",
}
demo_hosts = ("DEMO_HOST", "PERPS_DEMO_REST_HOST", "PERPS_DEMO_WS_HOST")

resolve = socket.getaddrinfo


def resolve_loopback(name, *args, **kwargs):
    """Resolves only loopback, so that no test can reach the real exchange."""
    if name not in ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost"):
        raise OSError(f"the tests may reach only this machine, not {name!r}")
    return resolve(name, *args, **kwargs)


class Recorder:
    """The requests of the current test, and the first frame of each type that the test received."""

    def __init__(self):
        self.frames = {}
        self.requests = []

    def record(self, text):
        try:
            kind = json.loads(text).get("type")
        except (ValueError, AttributeError):
            kind = "unreadable"
        self.frames.setdefault(str(kind), text)


recorder = Recorder()


def record_request(response):
    recorder.requests.append(f"{response.request.method} {response.request.url} {response.status_code}")
    return response


def record_requests():
    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    def recorded(self, *args, **kwargs):
        return record_request(send(self, *args, **kwargs))

    async def recorded_async(self, *args, **kwargs):
        return record_request(await send_async(self, *args, **kwargs))

    httpx.Client.send, httpx.AsyncClient.send = recorded, recorded_async


def pytest_configure(config):
    import kalshi  # noqa: F401
    import kalshi.perps  # noqa: F401
    from kalshi.ws.connection import ConnectionManager

    # Several modules of kalshi-sdk have copies of the constants in `demo_addresses`.
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "kalshi":
            for constant, value in demo_addresses.items():
                if hasattr(module, constant):
                    setattr(module, constant, value)

    receive = ConnectionManager.recv

    async def recorded(self):
        text = await receive(self)
        recorder.record(text)
        return text

    ConnectionManager.recv = recorded
    record_requests()
    socket.getaddrinfo = resolve_loopback


def pytest_collection_finish(session):
    # The fixtures of kalshi-sdk assert that each address has the demo host.
    for plugin in session.config.pluginmanager.get_plugins():
        for constant in demo_hosts:
            if hasattr(plugin, constant):
                setattr(plugin, constant, host)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    try:
        return (yield)
    finally:
        item.user_properties.extend(("frame", text) for text in recorder.frames.values())
        item.user_properties.extend(("request", text) for text in recorder.requests)
        recorder.frames.clear()
        recorder.requests.clear()
