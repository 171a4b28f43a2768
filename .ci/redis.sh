#!/usr/bin/env bash
# Installs redis-server if that is possible without a prompt, so that the tests of RateLimitsRedis can use a real
# server. Never fails. Without redis-server, these tests are skipped, and the last line of the test run counts them as
# skipped.
set -uo pipefail

has_redis() { command -v redis-server >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install() {
  command -v apt-get >/dev/null || return
  # RUNLEVEL=1 prevents the start of a service. The tests start their own servers.
  local apt=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 timeout 120 apt-get -qq -o Acquire::Retries=1)
  as_root "${apt[@]}" install -y --no-install-recommends redis-server && return
  # A fresh machine has no package lists yet.
  as_root "${apt[@]}" update && as_root "${apt[@]}" install -y --no-install-recommends redis-server
}

has_redis || install >/dev/null 2>&1 </dev/null
if has_redis; then redis-server --version; else echo "redis-server is missing and cannot be installed: the tests that need it will be skipped"; fi
exit 0
