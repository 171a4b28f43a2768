"""Plays the scenarios of the judge with the official Python SDK, `kalshi_python_sync`.

The SDK has no WebSocket and no pagination.
"""

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import driver
import kalshi_python_sync as sdk
from kalshi_python_sync.exceptions import ApiException


def client_of(assignment, account):
    """Configured as in the README of the SDK."""
    configuration = sdk.Configuration(host=assignment["exchange"]["rest"])
    configuration.api_key_id = account["key_id"]
    configuration.private_key_pem = account["private_key"]
    return sdk.KalshiClient(configuration)


def error_of(error):
    if not isinstance(error, ApiException):
        return {"kind": type(error).__name__, "text": driver.text_of(error)}
    refused = error.status is not None and 400 <= error.status < 500
    return {
        "kind": type(error).__name__,
        "status": error.status,
        "text": driver.text_of(error),
        # A status from 400 to 499 means that the exchange refused the request.
        **({"placed": "no"} if refused else {}),
    }


ORDER = {"time_in_force": "good_till_canceled", "self_trade_prevention_type": "taker_at_cross"}


def text(value):
    """A member of an enum is replaced by its `value`."""
    value = getattr(value, "value", value)
    return None if value is None else str(value)


class Player:
    def __init__(self, assignment):
        # The methods in the README of the SDK have no argument for a time limit. Only the methods with a suffix, such
        # as `_with_http_info`, have it.
        self.clients = [client_of(assignment, account) for account in assignment["accounts"]]

    def close(self):
        pass

    def call(self, step):
        call = getattr(self, step["do"], None)
        if call is None:
            why = "the SDK has no pagination" if step["do"] == "list_orders" else "the SDK has no WebSocket"
            return driver.unsupported(step, why)
        try:
            return {"value": call(self.clients[step.get("account", 0)], **step.get("input", {}))}
        except Exception as error:
            return {"error": error_of(error)}

    def get_balance(self, client):
        return {"balance_dollars": client.get_balance().balance_dollars}

    def get_order(self, client, order_id):
        order = client.get_order(order_id).order
        return {
            "order_id": order.order_id,
            "status": text(order.status),
            "remaining_count_fp": text(order.remaining_count_fp),
            "yes_price_dollars": text(order.yes_price_dollars),
        }

    def list_orders_page(self, client, limit):
        return {"order_ids": [order.order_id for order in client.get_orders(limit=limit).orders]}

    def create_order(self, client, **order):
        return {"order_id": client.create_order_v2(**order, **ORDER).order_id}

    def create_orders(self, client, orders):
        response = client.batch_create_orders_v2(orders=[{**order, **ORDER} for order in orders])
        return {
            "results": [
                {"order_id": item.order_id} if item.order_id is not None else {"error": str(item.error), "placed": "no"}
                for item in response.orders
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
        client.cancel_order_v2(order_id)
        return {}

    def decrease_order(self, client, order_id, reduce_by):
        client.decrease_order_v2(order_id, reduce_by=reduce_by)
        return {}

    def create_order_group(self, client, contracts_limit):
        return {"order_group_id": client.create_order_group(contracts_limit=contracts_limit).order_group_id}


driver.main(
    {"name": "kalshi_python_sync", "version": version("kalshi_python_sync"), "language": "Python"}, "rsa", Player
)
