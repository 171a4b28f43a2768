"""Shared code of the Python drivers. A driver plays the scenarios of the judge (`kalshi-contract serve`) with a
client.

A driver passes the function `open_player(assignment)` to `main`. The function returns an object with the methods
`call(step)`, which returns the result of a step, and `close()`.
"""

import json
import sys
import traceback
import urllib.request

# The judge is on this machine, so requests must not go through a proxy.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def request(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})
    with opener.open(asked) as response:
        return response.read().decode()


def unsupported(step, why):
    return {"unsupported": f"{step['do']}: {why}"}


def text_of(error):
    return "".join(traceback.format_exception(error)) + repr(getattr(error, "__dict__", {}))


def play(judge, path, open_player):
    assignment = json.loads(request(judge + path, {}))
    results = []
    player = open_player(assignment)
    try:
        # A step that the client does not support makes the whole scenario unsupported, so the later steps are not
        # played.
        missing = None
        for step in assignment["steps"]:
            if step["do"] != "continue":
                result = missing or player.call(step)
                if "unsupported" in result:
                    missing = result
                results.append(result)
            elif missing is None:
                request(judge + assignment["continue"], {})
    finally:
        player.close()
    request(judge + assignment["end"], {"results": results})


def main(client, key, open_player):
    """Runs a driver as a program.

    Arguments: the judge's address, a file for the JSON scorecard (`-` for none), and scenario ids (default: all).
    """
    judge, file, *only = sys.argv[1:]
    started = json.loads(request(f"{judge}/runs", {"client": client, "key": key}))
    run = f"/runs/{started['run']}"
    for scenario in started["scenarios"]:
        if not only or scenario in only:
            play(judge, f"{run}/scenarios/{scenario}", open_player)
    if file != "-":
        with open(file, "w") as output:
            output.write(request(f"{judge}{run}/scorecard"))
    print(request(f"{judge}{run}/scorecard?format=text"))
