#!/usr/bin/env bash
# Installs redis-server where that can be done without asking anybody, so that the tests of RateLimitsRedis run for real.
# Never fails: where there is none, those tests are skipped by name, and counted in the last line of the run.
set -uo pipefail

has_redis() { command -v redis-server >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install() {
  command -v apt-get >/dev/null || return
  # Nobody's service is to start: the tests start servers of their own.
  local apt=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 timeout 120 apt-get -qq -o Acquire::Retries=1)
  as_root "${apt[@]}" install -y --no-install-recommends redis-server && return
  # A fresh machine knows no packages yet.
  as_root "${apt[@]}" update && as_root "${apt[@]}" install -y --no-install-recommends redis-server
}

has_redis || install >/dev/null 2>&1 </dev/null
if has_redis; then redis-server --version; else echo "no redis-server, and none could be installed: its tests will be skipped"; fi
exit 0
