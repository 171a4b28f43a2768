# Prepares Python for a judge: a script in this folder that tests the local exchange or scores a client. The judge sets
# `judged`, the first words of the message about a skip, and then sources this file. Defines `python` (the interpreter),
# `folder` (a temporary folder with the virtual environment `venv`) and `pip`. If Python 3.13 or PyPI is missing, prints
# the reason and ends the judge with success.

skip() {
  echo "$judged was skipped: $1"
  exit 0
}

find_python() {
  local candidate
  for candidate in python3.13 python3 python "$HOME"/.pyenv/versions/3.13.*/bin/python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

python=$(find_python) || skip "no Python 3.13"
folder=$(mktemp -d)
started=()
clean() {
  local id
  for id in ${started[@]+"${started[@]}"}; do kill "$id" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap clean EXIT
# Requests to the exchange must not go through a proxy, because the exchange is on this machine.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

"$python" -m venv "$folder/venv"
pip() { "$folder/venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
# Checks that PyPI is reachable: downloads the smallest requirement.
timeout 60 "$folder/venv/bin/python" -m pip --quiet --disable-pip-version-check download --retries 1 --no-deps --dest "$folder/probe" iniconfig==2.3.1 \
  2>"$folder/probe.log" || skip "PyPI is unreachable ($(tail -n 1 "$folder/probe.log"))"
