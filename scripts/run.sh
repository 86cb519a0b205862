#!/usr/bin/env bash
# Starts the release build on the embedded default: data/ beside the tree, a configuration made at first start.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${DATA:-$PWD/data}
mkdir -p "$data"
conf="$data/postern.toml"
free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
if [ ! -e "$conf" ]; then
    smtp=25
    if [ "$(id -u)" != 0 ] || ! free 25; then smtp=2525; fi
    http=${HTTP_PORT:-8080}
    password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
    umask 077
    cat > "$conf" <<TOML
# Made by the first \`make run\`; yours to change.
data = "$data"
hostname = "$(hostname -f 2>/dev/null | grep -E '^[A-Za-z0-9.-]+$' || echo localhost)"

[http]
listen = "127.0.0.1:$http"
url = "http://127.0.0.1:$http"

[smtp]
inbound = ["0.0.0.0:$smtp"]

[admin]
email = "admin@postern.test"
password = "$password"
TOML
fi
exec "${CARGO_TARGET_DIR:-$HOME/.cache/postern/target}/release/postern" serve --config "$conf" ${DEMO:+--demo}
