#!/usr/bin/env bash
# Scores four clients with the judge exchange (`kalshi-contract serve`): @kalshi-effect/client, the official TypeScript
# SDK 3.30.0, the official Python SDK kalshi_python_sync 3.34.0, and kalshi-sdk 22.4.0. Fails if @kalshi-effect/client
# has a fault, or if a scorecard differs from docs/conformance.json in the version, in a verdict or in the category of a
# finding. With the argument `write`, records the scorecards instead. The Python clients need Python 3.13 and PyPI. If
# Python 3.13 or PyPI is missing, the script prints the reason and skips these clients.
set -euo pipefail
cd "$(dirname "$0")/../.."
judges=$PWD/.ci/judges
drivers=$PWD/contract-tests/judges/conformance
node=$PWD/node_modules/.bin/node
action=${1:-check}

cards=$(mktemp -d)
: >"$cards/judge.log" # the loop below can read the log before the judge creates it
"$node" contract-tests/src/bin/kalshi-contract.ts serve --port 0 >>"$cards/judge.log" 2>&1 &
judge=$!
end_judge() {
  kill "$judge" 2>/dev/null || true
  rm -rf "$cards"
}
trap end_judge EXIT

for ((attempt = 0; attempt < 300; attempt++)); do
  url=$(sed -n 's|^The judge listens at \(http://[0-9.:]*\)\..*|\1|p' "$cards/judge.log")
  [ -n "$url" ] && break
  kill -0 "$judge" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$url" ]; then
  echo "the judge did not start:" >&2
  cat "$cards/judge.log" >&2
  exit 1
fi

# Runs a driver, and compares or records its scorecard. Prints the whole scorecard if it differs.
failed=0
score() {
  local name=$1
  shift
  "$@" "$url" "$cards/$name.json" >"$cards/$name.txt" 2>"$cards/$name.log" || {
    echo "the driver of $name failed:" >&2
    cat "$cards/$name.log" >&2
    failed=1
    return
  }
  "$node" "$drivers/scorecards.ts" "$action" "$cards/$name.json" || {
    cat "$cards/$name.txt" >&2
    failed=1
  }
}

score kalshi-effect "$node" "$drivers/kalshiEffect.ts"
score official-typescript "$node" "$drivers/officialTypescript.ts"
[ "$failed" -eq 0 ] || exit 1

judged="The scoring of the official Python SDK and of kalshi-sdk"
source "$judges/python.sh"
trap 'clean; end_judge' EXIT
# `clean` ends the processes in `started` and waits for all children, so `started` must contain the judge.
started+=("$judge")
pip install --no-deps --requirement "$judges/official-python.txt" --requirement "$judges/requirements.txt" \
  --requirement "$judges/conformance.txt"
export PYTHONDONTWRITEBYTECODE=1
score official-python "$folder/venv/bin/python" "$drivers/official_python.py"
score kalshi-sdk "$folder/venv/bin/python" "$drivers/kalshi_sdk.py"
[ "$action" != write ] || node_modules/.bin/oxfmt docs/conformance.md docs/conformance.json
exit "$failed"
