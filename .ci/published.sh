#!/usr/bin/env bash
# Tests the packages as a user gets them from the registry, with the node on the PATH: packs the built packages, installs
# them with npm in an empty folder, imports every module, starts the command and sends it a request.
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
