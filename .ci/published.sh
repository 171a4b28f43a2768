#!/usr/bin/env bash
# Tests the packages in the form that a user installs, with the `node` on the PATH. Packs the built packages, installs
# them with npm in an empty folder, imports every module, starts `kalshi-sandbox` and sends a request to it. Then
# installs the same packages in another empty folder without naming their peer dependencies, and runs `kalshi` with the
# `node` on the PATH and with the repository's Node.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in signing client sandbox cli; do
  (cd "packages/$package" && npx --yes pnpm@12.21.0 pack --pack-destination "$folder" >"$folder/pack.log")
done
version() { node -p "require('./packages/sandbox/package.json').devDependencies['$1']"; }
effect=$(version effect) platform=$(version @effect/platform-node)
cp .ci/published.mjs "$folder"
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ./*.tgz "effect@$effect" "@effect/platform-node@$platform"
node published.mjs

# Here, npm must install the peer dependencies by itself.
root=$OLDPWD
mkdir "$folder/cli"
cd "$folder/cli"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ../*.tgz
unset KALSHI_ENV
expect() { grep -q -- "$1" <<<"$2" || { echo "expected: $1, got: $2" >&2; exit 1; }; }
check_kalshi() {
  local version
  version=$(node --version)
  if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 19) ? 0 : 1)'; then
    expect "^kalshi 0" "$(npx --no-install kalshi --version)"
    local text
    text=$(npx --no-install kalshi demo --for 5s)
    expect "A local exchange with simulated traders runs at http://127.0.0.1" "$text"
    expect "trade  " "$text"
    expect '^{"type":"started"' "$(npx --no-install kalshi demo --for 1s --json)"
    expect "ECONNREFUSED" "$(npx --no-install kalshi status --env http://127.0.0.1:9 2>&1)"
    echo "Node $version: kalshi demo runs"
  else
    local text code=0
    text=$(npx --no-install kalshi --version 2>&1) || code=$?
    expect "kalshi needs Node 22.19 or newer" "$text"
    [ "$code" = 2 ] || { echo "expected exit code 2, got $code" >&2; exit 1; }
    echo "Node $version: kalshi says which Node it needs"
  fi
}
check_kalshi
PATH="$root/node_modules/.bin:$PATH" check_kalshi
