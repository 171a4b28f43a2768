#!/usr/bin/env bash
# Downloads a published document and compares it with the document in fixtures/spec. Prints the report as Markdown.
# Exit codes: 5 for breaking drift; 3 if no drift is breaking, but a difference cannot be classified; 2, without a
# report, if the document cannot be read.
# Arguments: `rest` or `feed`, and the address of the document.
set -euo pipefail
fixture=$1
address=$2
cd "$(dirname "$0")/.."
mkdir -p drift
document="drift/$fixture-$(date -u +%F).yaml"
curl --fail --silent --show-error --location --proto '=https' --max-time 60 --max-filesize 20000000 \
  --output "$document" "$address"
rm -f drift/drift.md
code=0
node contract-tests/src/bin/kalshi-contract.ts drift "fixtures/spec/$fixture.json" "$document" \
  --report "markdown=drift/drift.md,html=drift/drift.html,junit=drift/drift.xml,json=drift/drift.json" \
  > drift/drift.txt || code=$?
[ ! -f drift/drift.md ] || cat drift/drift.md
exit "$code"
