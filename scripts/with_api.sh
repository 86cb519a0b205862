#!/usr/bin/env bash
# with_api.sh COMMAND...: runs COMMAND beside a server of its own, which it finds by POSTERN_API (URL of /api/v1) and
# POSTERN_TOKEN (may do everything). The program is POSTERN_BIN.
set -euo pipefail
dir=$(mktemp -d)
pid=
stop() {
    status=$?
    if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
    if [ $status != 0 ]; then tail -n 20 "$dir/log" >&2 || true; fi
    rm -rf "$dir"
}
trap stop EXIT
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
http=$(free)
cat > "$dir/postern.toml" <<TOML
data = "$dir/data"
hostname = "mx.acme.test"
[http]
listen = "127.0.0.1:$http"
[api]
rate = 100000
burst = 100000
[dns]
servers = ["127.0.0.1:9"]
[scan]
clamd = ""
TOML
"$POSTERN_BIN" serve --config "$dir/postern.toml" > "$dir/log" 2>&1 &
pid=$!
for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || { echo "the server ended at its start" >&2; exit 1; }
    curl -sf "http://127.0.0.1:$http/readyz" > /dev/null && break
    sleep 0.1
done
POSTERN_TOKEN=$("$POSTERN_BIN" token create --config "$dir/postern.toml" --name test)
export POSTERN_TOKEN POSTERN_API="http://127.0.0.1:$http/api/v1"
"$@"
