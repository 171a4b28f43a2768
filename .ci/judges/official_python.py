"""Calls methods of the official Python SDK. officialPython.ts starts this program and sends it the calls.

Each line on stdin is a call: {"operation": ..., "input": {...}}. `input` has the fields of the request under their names
on the wire. Each line on stdout is the result of a call: the status, the content type and the body of the response, or
the error. With the argument `methods`, the program only prints the names of the methods, without underscores.
"""

import inspect
import json
import os
import sys

import kalshi_python_sync as sdk
from kalshi_python_sync.exceptions import ApiException


def apis():
    return [api for name, api in sorted(vars(sdk).items()) if name.endswith("Api") and inspect.isclass(api)]


def is_call(name):
    return not name.startswith("_") and not name.endswith(("_with_http_info", "_without_preload_content"))


def methods():
    """Maps the name of each operation, in lower case, to the class and the name of its method."""
    return {
        name.replace("_", ""): (api, name)
        for api in apis()
        for name, _ in inspect.getmembers(api, inspect.isfunction)
        if is_call(name)
    }


def model_of(parameter):
    """If a parameter takes the body, returns the model of the body. Otherwise, returns None."""
    for kind in [parameter.annotation, *getattr(parameter.annotation, "__args__", ())]:
        for found in [kind, *getattr(kind, "__args__", ())]:
            if inspect.isclass(found) and hasattr(found, "from_dict"):
                return found
    return None


def arguments_of(method, fields):
    """Returns the arguments of a method for the fields of a request, and the fields for which the method has no
    argument.

    If the method has an argument for the body, the body gets the fields without an argument of their own.
    """
    parameters = {name: p for name, p in inspect.signature(method).parameters.items() if name[0] != "_" and name != "self"}
    # The SDK renames fields that are keywords of Python.
    fields = {f"var_{name}" if f"var_{name}" in parameters else name: value for name, value in fields.items()}
    arguments = {name: value for name, value in fields.items() if name in parameters}
    body = {name: value for name, value in fields.items() if name not in parameters}
    for name, parameter in parameters.items():
        model = model_of(parameter)
        if model is not None and name not in arguments and (body or parameter.default is inspect.Parameter.empty):
            arguments[name], body = model.from_dict(body), {}
    return arguments, list(body)


def call(client, found, operation, fields):
    api, name = found[operation.lower()]
    method = getattr(api(client), f"{name}_with_http_info")
    missing = []
    try:
        arguments, missing = arguments_of(method, fields)
        response = method(**arguments)
    except ApiException as error:
        return {"error": f"{error.status} {error.body}", "missing": missing}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:500], "missing": missing}
    headers = {name.lower(): value for name, value in (response.headers or {}).items()}
    raw = response.raw_data
    body = raw.decode() if isinstance(raw, bytes) else (raw or "")
    return {
        "status": response.status_code,
        "contentType": headers.get("content-type"),
        "body": body,
        "missing": missing,
    }


def main():
    found = methods()
    if sys.argv[1:] == ["methods"]:
        print(json.dumps(sorted(found)))
        return
    configuration = sdk.Configuration(host=os.environ["LOCAL_EXCHANGE"])
    configuration.api_key_id = os.environ["KALSHI_API_KEY_ID"]
    configuration.private_key_pem = os.environ["KALSHI_PRIVATE_KEY"]
    client = sdk.KalshiClient(configuration)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(call(client, found, asked["operation"], asked["input"])), flush=True)


main()
