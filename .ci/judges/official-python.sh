#!/usr/bin/env bash
# Tests the local exchange with the official Python SDK, kalshi_python_sync 3.34.0 from PyPI. Calls each of its 118
# methods on a seeded exchange. Checks each response against the document and against the request. Needs Python 3.13 and
# PyPI. If one of them is missing, the script prints the reason and succeeds.
set -euo pipefail
cd "$(dirname "$0")/../.."
judges=$PWD/.ci/judges
judged="The test with the official Python SDK"
source "$judges/python.sh"
pip install --no-deps --requirement "$judges/official-python.txt"
"$PWD/node_modules/.bin/node" contract-tests/judges/officialPython.ts "$folder/venv/bin/python" "$judges/official_python.py"
