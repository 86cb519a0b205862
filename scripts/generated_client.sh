#!/usr/bin/env bash
# Generates a Python client from the running server's document and works with it: an account, a domain, mailboxes.
# The generator has no type for message/rfc822 and warns that it leaves that one download out.
set -euo pipefail
cd "$(dirname "$0")/.."
export POSTERN_BIN PATH="${POSTERN_CACHE:-$HOME/.cache/postern}/python/bin:$PATH"
if [ -z "${POSTERN_API:-}" ]; then exec scripts/with_api.sh "$PWD/scripts/${0##*/}"; fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
openapi-python-client generate --url "$POSTERN_API/openapi.json" --meta none --output-path "$dir/postern_client"
PYTHONPATH=$dir python3 -B scripts/generated_client.py
