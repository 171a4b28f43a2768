"""Plays the scenarios of the judge with `kalshi-sdk`. The SDK has no Ed25519. It also has no redundant lines, which are
connections with the same subscriptions.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from importlib.metadata import version

import driver
from kalshi import CreateOrderV2Request, KalshiAuth, KalshiClient, KalshiConfig, KalshiError
from kalshi.models.orders import BatchCreateOrdersV2Request, DecreaseOrderV2Request
from kalshi.ws import KalshiWebSocket

# `watch_book` waits this long for the connection, then for the subscription, and then for the first book.
WATCH_SECONDS = 5

ORDER = {"time_in_force": "good_till_canceled", "self_trade_prevention_type": "taker_at_cross"}


class Timeout(Exception):
    """The client had no book and reported no error within the time limit."""


def error_of(error):
    status = getattr(error, "status_code", None)
    refused = isinstance(error, KalshiError) and status is not None and 400 <= status < 500
    return {
        "kind": "timeout" if isinstance(error, Timeout) else type(error).__name__,
        "status": status,
        "text": driver.text_of(error),
        # A status from 400 to 499 means that the exchange refused the request.
        **({"placed": "no"} if refused else {}),
    }


def request_of(order):
    """Counts and prices are `Decimal`, as in the SDK's documentation."""
    return CreateOrderV2Request(**{**order, "count": Decimal(order["count"]), "price": Decimal(order["price"])}, **ORDER)


class Feed:
    """The WebSocket session of one account, with its own event loop."""

    def __init__(self, auth, config):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.socket = KalshiWebSocket(auth=auth, config=config, on_error=self.on_error)
        self.session = None
        self.context = None
        # The last book that the iterator of each market yielded, or the error that it raised.
        self.books = {}
        self.trades = []
        self.has_error = False
        self.tasks = []

    async def on_error(self, _error):
        self.has_error = True

    def run(self, call):
        return asyncio.run_coroutine_threadsafe(call, self.loop).result()

    async def open(self):
        if self.session is None:
            self.context = self.socket.connect()
            self.session = await self.context.__aenter__()

    async def watch_book(self, ticker):
        await asyncio.wait_for(self.open(), WATCH_SECONDS)
        books = await asyncio.wait_for(self.session.orderbook(ticker), WATCH_SECONDS)
        self.tasks.append(asyncio.create_task(self.follow(ticker, books)))
        for _ in range(WATCH_SECONDS * 100):
            found = self.books.get(ticker)
            if isinstance(found, Exception):
                raise found
            if found is not None:
                return {}
            await asyncio.sleep(0.01)
        raise Timeout

    async def follow(self, ticker, books):
        while True:
            try:
                self.books[ticker] = await books.__anext__()
            except StopAsyncIteration as end:
                self.books[ticker] = end
                return
            except Exception as error:
                # The SDK's documentation says that a caller can wait for the next snapshot after an error.
                self.books[ticker] = error
                await asyncio.sleep(0)

    async def read_book(self, ticker):
        book = self.books.get(ticker)
        if book is None:
            raise Timeout
        if isinstance(book, Exception):
            raise book
        sides = {
            side: [[str(level.price), str(level.quantity)] for level in levels]
            for side, levels in (("yes", book.yes), ("no", book.no))
        }
        return {**sides, "warning": self.has_error}

    async def watch_trades(self, ticker):
        await self.open()
        stream = await self.session.subscribe_trade(tickers=[ticker])

        async def collect():
            async for message in stream:
                self.trades.append(message.msg.trade_id)

        self.tasks.append(asyncio.create_task(collect()))
        return {}

    async def read_trades(self):
        return {"trade_ids": self.trades, "warning": self.has_error}

    async def end(self):
        for task in self.tasks:
            task.cancel()
        if self.context is not None and self.session is not None:
            await self.context.__aexit__(None, None, None)

    def close(self):
        try:
            self.run(asyncio.wait_for(self.end(), 10))
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()


class Player:
    def __init__(self, assignment):
        self.clients = []
        self.feed = None
        self.why = None
        exchange, accounts = assignment["exchange"], assignment["accounts"]
        if any(account["kind"] != "rsa" for account in accounts):
            self.why = "the SDK signs only with RSA keys"
            return
        config = KalshiConfig(
            base_url=exchange["rest"], ws_base_url=exchange["feed"], timeout=assignment["timeout_millis"] / 1000
        )
        for account in accounts:
            self.clients.append(
                KalshiClient(key_id=account["key_id"], private_key=account["private_key"], config=config)
            )
        if any(step["do"].startswith("watch_") for step in assignment["steps"]):
            self.feed = Feed(KalshiAuth.from_pem(accounts[0]["key_id"], accounts[0]["private_key"]), config)

    def close(self):
        for client in self.clients:
            client.close()
        if self.feed is not None:
            self.feed.close()

    def call(self, step):
        given = dict(step.get("input", {}))
        if self.why is not None:
            return driver.unsupported(step, self.why)
        if given.pop("lines", 1) > 1:
            return driver.unsupported(step, "the SDK has no redundant lines")
        try:
            if step["do"].startswith(("watch_", "read_")):
                if step["do"] == "read_trades":
                    given = {}
                return {"value": self.feed.run(getattr(self.feed, step["do"])(**given))}
            return {"value": getattr(self, step["do"])(self.clients[step.get("account", 0)], **given)}
        except Exception as error:
            return {"error": error_of(error)}

    def get_balance(self, client):
        return {"balance_dollars": str(client.portfolio.balance().balance_dollars)}

    def get_order(self, client, order_id):
        order = client.orders.get(order_id)
        return {
            "order_id": order.order_id,
            "status": order.status,
            "remaining_count_fp": str(order.remaining_count),
            "yes_price_dollars": str(order.yes_price),
        }

    def list_orders(self, client, limit):
        return {"order_ids": [order.order_id for order in client.orders.list_all(limit=limit)]}

    def list_orders_page(self, client, limit):
        return {"order_ids": [order.order_id for order in client.orders.list(limit=limit)]}

    def create_order(self, client, **order):
        return {"order_id": client.orders.create_v2(request=request_of(order)).order_id}

    def create_orders(self, client, orders):
        request = BatchCreateOrdersV2Request(orders=[request_of(order) for order in orders])
        return {
            "results": [
                {"order_id": item.order_id} if item.order_id is not None else {"error": str(item.error), "placed": "no"}
                for item in client.orders.batch_create_v2(request=request).orders
            ]
        }

    def create_orders_at_once(self, client, orders):
        def create(order):
            try:
                return self.create_order(client, **order)
            except Exception as error:
                reported = error_of(error)
                return {"error": reported["kind"], "placed": reported.get("placed")}

        with ThreadPoolExecutor(len(orders)) as pool:
            return {"results": list(pool.map(create, orders))}

    def cancel_order(self, client, order_id):
        client.orders.cancel_v2(order_id)
        return {}

    def decrease_order(self, client, order_id, reduce_by):
        client.orders.decrease_v2(order_id, request=DecreaseOrderV2Request(reduce_by=Decimal(reduce_by)))
        return {}

    def create_order_group(self, client, contracts_limit):
        return {"order_group_id": client.order_groups.create(contracts_limit=contracts_limit).order_group_id}


driver.main({"name": "kalshi-sdk", "version": version("kalshi-sdk"), "language": "Python"}, "rsa", Player)
