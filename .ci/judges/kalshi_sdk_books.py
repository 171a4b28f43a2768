"""Lets kalshi-sdk keep order books of a local exchange while orders change them, and then compares each book with REST.

Arguments: the address of the exchange, the folder with key-id and key.pem, and the seconds to stay connected. Fails if
a connection was lost, if a sequence had a gap, if no message arrived, if no book was compared, or if a book differs.
"""

import asyncio
import json
import logging
import sys
import time
import urllib.request
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlparse

from kalshi.auth import KalshiAuth
from kalshi.config import KalshiConfig
from kalshi.ws.client import KalshiWebSocket
from kalshi.ws.connection import ConnectionState

# After the exchange is paused, the books are complete when no frame has arrived for this time.
QUIET_SECONDS = 2.0


class Warnings(logging.Handler):
    """Counts the warnings of kalshi-sdk by their text: gaps, malformed frames, unknown tickers."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.counts = {}

    def emit(self, record):
        self.counts[record.msg] = self.counts.get(record.msg, 0) + 1


class Exchange:
    def __init__(self, address):
        self.address = address

    def get(self, path):
        with urllib.request.urlopen(f"{self.address}/trade-api/v2{path}") as response:
            return json.load(response)

    def pause(self):
        request = urllib.request.Request(
            f"{self.address}/sandbox/active",
            data=b'{"exchange":false}',
            headers={"content-type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request).close()

    def open_tickers(self):
        return [market["ticker"] for market in self.get("/markets?status=open&limit=1000")["markets"]]

    def book(self, ticker):
        book = self.get(f"/markets/{ticker}/orderbook")["orderbook_fp"]
        return tuple(
            sorted((Decimal(price), Decimal(count)) for price, count in book[side])
            for side in ("yes_dollars", "no_dollars")
        )


class Watch:
    def __init__(self):
        self.messages = 0
        self.last_at = time.monotonic()
        self.reconnects = 0

    async def on_state(self, _old, new):
        if new is ConnectionState.RECONNECTING:
            self.reconnects += 1

    async def drain(self, stream):
        async for _ in stream:
            self.messages += 1
            self.last_at = time.monotonic()


def differences(manager, exchange, tickers):
    for ticker in tickers:
        book = manager.get(ticker)
        own = None if book is None else tuple([(level.price, level.quantity) for level in side] for side in (book.yes, book.no))
        expected = exchange.book(ticker)
        if own != expected:
            yield f"{ticker}: kalshi-sdk has {own}, REST has {expected}"


async def run(address, folder, seconds):
    warnings = Warnings()
    logging.getLogger("kalshi").addHandler(warnings)
    exchange = Exchange(address)
    tickers = exchange.open_tickers()
    auth = KalshiAuth.from_key_path((folder / "key-id").read_text(), folder / "key.pem")
    host = urlparse(address).netloc
    config = KalshiConfig(
        base_url=f"{address}/trade-api/v2", ws_base_url=f"ws://{host}/trade-api/ws/v2"
    )
    watch = Watch()
    begun = time.monotonic()
    async with KalshiWebSocket(auth=auth, config=config, on_state_change=watch.on_state).connect() as session:
        # The default queue of 1,000 messages overflows if this process pauses for a moment.
        stream = await session.subscribe_orderbook_delta(tickers=tickers, maxsize=100_000)
        drained = asyncio.create_task(watch.drain(stream))
        await asyncio.wait({drained}, timeout=seconds)
        connected = time.monotonic() - begun
        ended_early = drained.done()
        await asyncio.to_thread(exchange.pause)
        while not drained.done() and time.monotonic() - watch.last_at < QUIET_SECONDS:
            await asyncio.sleep(0.1)
        manager = session._orderbook_mgr
        if ended_early or manager is None:
            compared = "no book was compared with REST"
            wrong = ["the stream ended early" if ended_early else "kalshi-sdk keeps no order books"]
        else:
            wrong = await asyncio.to_thread(lambda: list(differences(manager, exchange, tickers)))
            compared = f"{len(wrong)} books differ from REST"
    gaps = sum(count for text, count in warnings.counts.items() if "gap" in text.lower() or "reset" in text.lower())
    print(
        f"{len(tickers)} books for {connected:.0f} s: {watch.messages:,} messages ({watch.messages / connected:,.0f} a second),"
        f" {watch.reconnects} reconnects, {gaps} gaps, {compared}"
    )
    for text, count in warnings.counts.items():
        print(f"  {count} × {text}")
    for text in wrong:
        print(f"FAILED {text}", file=sys.stderr)
    return 1 if wrong or gaps or watch.reconnects or watch.messages == 0 else 0


address, folder, seconds = sys.argv[1:4]
sys.exit(asyncio.run(run(address, Path(folder), float(seconds))))
