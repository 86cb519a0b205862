#!/usr/bin/env bash
# Holds the running API against its own document: requests made from the document, good and bad, each answer checked.
# A connection test waits for hosts and DNS that do not answer. EXAMPLES: requests for each operation (40). revoke_token is left out: it would take back the very token in use.
set -euo pipefail
cd "$(dirname "$0")/.."
export POSTERN_BIN PATH="${POSTERN_CACHE:-$HOME/.cache/postern}/python/bin:$PATH"
if [ -z "${POSTERN_API:-}" ]; then exec scripts/with_api.sh "$PWD/scripts/${0##*/}"; fi
# The first of each, so that generated references find something.
post() { curl -sSf -H "Authorization: Bearer $POSTERN_TOKEN" -H 'Content-Type: application/json' "$POSTERN_API/$1" -d "$2" > /dev/null; }
post accounts '{"name": "acme"}'
post domains '{"account": 1, "name": "acme.test", "gateways": ["127.0.0.1:2525"]}'
post mailboxes '{"domain": 1, "name": "bob", "aliases": ["robert"]}'
config=$PWD/scripts/schemathesis.toml
# It keeps notes of its runs in the current directory.
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT
cd "$notes"
schemathesis --config-file "$config" run "$POSTERN_API/openapi.json" --url "$POSTERN_API" \
    --exclude-operation-id revoke_token --header "Authorization: Bearer $POSTERN_TOKEN" --max-examples "${EXAMPLES:-40}" --seed 1 \
    --request-timeout 60
