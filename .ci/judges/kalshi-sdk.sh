#!/usr/bin/env bash
# Tests the local exchange with an independent client, kalshi-sdk 22.4.0 from PyPI. First runs the unchanged integration
# suite of kalshi-sdk (tests/integration), without the tests of perpetual futures (perps), which the local exchange does
# not have. Then kalshi-sdk keeps order books under load, and the script compares these books with REST. Needs Python
# 3.13 and PyPI. If one of them is missing, the script prints the reason and succeeds. Arguments: the duration of the
# load in seconds (default: 60), and the book changes per second (default: 200).
set -euo pipefail
cd "$(dirname "$0")/../.."
judges=$PWD/.ci/judges
node=$PWD/node_modules/.bin/node
book_seconds=${1:-60} book_changes=${2:-200}

judged="The integration suite of kalshi-sdk"
source "$judges/python.sh"
pip install --no-deps --requirement "$judges/requirements.txt"
pip download --no-deps --no-build-isolation --dest "$folder" --requirement "$judges/kalshi-sdk.txt"
tar -xzf "$folder/kalshi_sdk-22.4.0.tar.gz" -C "$folder"
sdk=$folder/kalshi_sdk-22.4.0

# Starts a process in the background, and waits until its output matches a pattern. Its output goes to $folder/NAME.log.
start() {
  local name=$1 pattern=$2 id attempt
  shift 2
  "$@" >"$folder/$name.log" 2>&1 &
  id=$!
  started+=("$id")
  for ((attempt = 0; attempt < 300; attempt++)); do
    grep -qs "$pattern" "$folder/$name.log" && return
    kill -0 "$id" 2>/dev/null || break
    sleep 0.1
  done
  echo "$name did not start:" >&2
  cat "$folder/$name.log" >&2
  return 1
}

# Starts an exchange with `count` markets, and order flow with `changes` book changes per second on these markets. The
# other arguments are scripts to run before the order flow.
start_exchange() {
  local name=$1 count=$2 changes=$3 markets=() n script
  for ((n = 1; n <= count; n++)); do markets+=(--market "KXJUDGE-26-M$n"); done
  mkdir "$folder/$name"
  start "$name-exchange" '^# A local exchange at ' \
    "$node" packages/sandbox/src/operator/command.ts --port 0 --tier unmetered --no-world "${markets[@]}"
  url=$(sed -n 's|^# A local exchange at \(http://[^/]*\)/.*|\1|p' "$folder/$name-exchange.log")
  for script in "${@:4}"; do "$node" "$script" "$url"; done
  start "$name-flow" '^order flow runs' \
    "$node" contract-tests/judges/orderFlow.ts "$url" "$folder/$name" "$changes"
}

# Ends the order flow that was started last. Fails if the order flow failed.
end_flow() {
  local id=${started[-1]} code=0
  kill "$id"
  wait "$id" || code=$?
  cat "$folder/$1-flow.log"
  return "$code"
}

failed=0

start_exchange suite 12 40 contract-tests/judges/history.ts
(
  cd "$sdk"
  LOCAL_EXCHANGE=$url KALSHI_DEMO_KEY_ID=$(cat "$folder/suite/key-id") KALSHI_DEMO_PRIVATE_KEY_PATH=$folder/suite/key.pem \
    KALSHI_ENABLE_REAL_API_ONLY=1 PYTHONPATH=$judges PYTHONDONTWRITEBYTECODE=1 timeout 500 \
    "$folder/venv/bin/python" -m pytest -p local_exchange --junit-xml "$folder/suite.xml" -q -W ignore::DeprecationWarning \
    -o asyncio_default_fixture_loop_scope=function --ignore-glob='*/test_perps_*' tests/integration
) || true # verdict.py reads the result from the report
"$folder/venv/bin/python" "$judges/verdict.py" "$folder/suite.xml" || failed=1
end_flow suite || failed=1

start_exchange books 50 "$book_changes"
PYTHONPATH=$sdk PYTHONDONTWRITEBYTECODE=1 timeout $((book_seconds + 120)) \
  "$folder/venv/bin/python" "$judges/kalshi_sdk_books.py" "$url" "$folder/books" "$book_seconds" || failed=1
end_flow books || failed=1

exit "$failed"
