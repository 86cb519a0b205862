#!/usr/bin/env bash
# Installs what building, running or testing Postern needs and is missing. Quiet when nothing is.
#   scripts/setup.sh run     what `make run` needs: compiler target, cargo-leptos, Tailwind
#   scripts/setup.sh test    the above and the servers and browser that the tests talk to
#   scripts/setup.sh bench   the above and the peers that the benchmark measures beside it
# Debian and Ubuntu with root for packages; elsewhere it says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}

unset RUSTFLAGS
CARGO_LEPTOS=0.3.10
WASM_BINDGEN=$(sed -n 's/^wasm-bindgen = "=\(.*\)"/\1/p' Cargo.toml)
CARGO_DENY=0.20.2
CACHE=${POSTERN_CACHE:-$HOME/.cache/postern}
mkdir -p "$CACHE"

say() { printf '%s\n' "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- Debian packages: installed in one go, their services not started ---------------------------------------------
packages=()
need() { # need COMMAND-OR-FILE PACKAGE
    if ! have "$1" && [ ! -e "$1" ]; then packages+=("$2"); fi
}
need cc build-essential
need pkg-config pkg-config
if [ "$what" != run ]; then
    need chromium chromium
    need /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
    need /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf fonts-liberation
    need /usr/sbin/postfix postfix
    need /usr/sbin/clamd clamav-daemon
    need swaks swaks
    need msmtp msmtp
    need openssl openssl
    need testssl testssl.sh
    compgen -G "/usr/lib/*/libidn.so.12" >/dev/null || packages+=(libidn12)
    need w3m w3m
    need faketime faketime
    need /usr/sbin/mkfs.ext4 e2fsprogs
    need psql postgresql-client
    need xmllint libxml2-utils
    need python3 python3
    need curl curl
    if have python3 && ! python3 -c 'import ensurepip' 2>/dev/null; then packages+=(python3-venv); fi
    need sqlite3 sqlite3
    # Debian puts its programs beside the path, below the version.
    compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || packages+=(postgresql)
fi
if [ "$what" = bench ]; then
    need rspamd rspamd
    need redis-server redis-server
fi
if [ ${#packages[@]} -gt 0 ]; then
    if ! have apt-get; then say "please install: ${packages[*]}"; exit 1; fi
    say "installing Debian packages: ${packages[*]}"
    policy=/usr/sbin/policy-rc.d
    made=
    if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' > $policy; chmod +x $policy; made=1; fi
    trap '[ -n "$made" ] && rm -f '$policy EXIT
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } \
        > "$CACHE/apt.log" 2>&1 || { tail -20 "$CACHE/apt.log" >&2; say "apt-get failed, see $CACHE/apt.log"; exit 1; }
fi

# Mail servers whose packages exclude each other are unpacked beside the system; tests run them with files of their own.
peers="$CACHE/peers"
if [ "$what" != run ] && have apt-get && [ ! -e "$peers/exim4-daemon-light/usr/sbin/exim4" ]; then
    say "unpacking Exim for tests"
    mkdir -p "$peers/deb"
    if (cd "$peers/deb" && apt-get download -qq exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb "$peers/exim4-daemon-light") \
        > "$CACHE/peers.log" 2>&1; then
        # It wants the user that its package would have made.
        id Debian-exim >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin Debian-exim
    else
        say "Exim is not to be had, its tests are left out: see $CACHE/peers.log"
    fi
fi

# --- Rust: the WebAssembly target ---------------------------------------------------------------------------------
if ! have cargo; then say "Rust is missing: install it with rustup (https://rustup.rs)"; exit 1; fi
wasm_ready() {
    local lib; lib=$("${1:-rustc}" --print sysroot 2>/dev/null)/lib/rustlib/wasm32-unknown-unknown/lib
    compgen -G "$lib/libstd-*.rlib" >/dev/null
}
# Where rustup cannot download, Debian's compiler (package rustc-web) builds the target's library from its own source.
debian_wasm() {
    say "building the WebAssembly standard library with Debian's compiler"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22 > "$CACHE/apt-wasm.log" 2>&1 \
        || { tail -20 "$CACHE/apt-wasm.log" >&2; return 1; }
    local dir; dir=$(mktemp -d)
    mkdir -p "$dir/src"; : > "$dir/src/lib.rs"
    printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' > "$dir/Cargo.toml"
    (cd "$dir" && CARGO_TARGET_DIR="$dir/target" RUSTC_BOOTSTRAP=1 PATH=/usr/bin:$PATH /usr/bin/cargo build -q --release \
        -Zbuild-std=std,panic_abort,proc_macro,test --target wasm32-unknown-unknown)
    mkdir -p /usr/lib/rustlib/wasm32-unknown-unknown/lib
    find "$dir/target/wasm32-unknown-unknown/release/deps" -name '*.rlib' ! -name 'libempty*' -exec cp {} /usr/lib/rustlib/wasm32-unknown-unknown/lib/ \;
    ln -sf /usr/lib/llvm-22/bin/lld /usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
    rm -rf "$dir"
}
if ! wasm_ready rustc; then
    if have rustup && timeout 120 rustup target add wasm32-unknown-unknown >"$CACHE/rustup.log" 2>&1 && wasm_ready rustc; then
        :
    else
        if ! { [ -x /usr/bin/rustc ] && wasm_ready /usr/bin/rustc; }; then debian_wasm; fi
        # One compiler for both halves: the Makefile puts /usr/bin first when this mark is there.
        touch "$CACHE/use-debian-rust"
    fi
fi
if [ -e "$CACHE/use-debian-rust" ]; then export PATH=/usr/bin:$PATH; fi

# --- Cargo tools: their release profiles are heavy, so they are built light ---------------------------------------
tool() { # tool CRATE VERSION BINARY OPT-LEVEL [flags]
    local crate=$1 version=$2 binary=$3 opt=$4; shift 4
    if have "$binary" && "$binary" --version 2>/dev/null | grep -qF "$version"; then return; fi
    say "building $crate $version (minutes, once)"
    CARGO_TARGET_DIR="$CACHE/tools" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=$opt CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
        CARGO_PROFILE_RELEASE_DEBUG=0 cargo install -q "$crate" --version "$version" "$@" > "$CACHE/$crate.log" 2>&1 \
        || { tail -20 "$CACHE/$crate.log" >&2; say "cargo install $crate failed, see $CACHE/$crate.log"; exit 1; }
}
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
tool wasm-bindgen-cli "$WASM_BINDGEN" wasm-bindgen 1
# What it compresses and minifies with is worth optimising: every release build waits for it.
fast=()
for crate in brotli alloc-stdlib libflate rle-decode-fast crc32fast adler32; do fast+=(--config "profile.release.package.$crate.opt-level=3"); done
tool cargo-leptos $CARGO_LEPTOS cargo-leptos 0 --locked --features no_downloads "${fast[@]}"
if [ "$what" != run ]; then
    have cargo-nextest || tool cargo-nextest 0.9.143 cargo-nextest 0 --locked
    tool cargo-deny $CARGO_DENY cargo-deny 0 --locked
fi
rm -rf "$CACHE/tools"

# --- npm: Tailwind and wasm-opt; for tests also Playwright --------------------------------------------------------
if ! have npm; then say "Node.js 20 or newer with npm is missing"; exit 1; fi
sum=$(cat package.json package-lock.json 2>/dev/null | sha256sum | cut -c1-16)
if [ "$(cat node_modules/.postern-installed 2>/dev/null)" != "$sum" ]; then
    say "installing npm packages"
    # `npm ci` refuses a lock file that names optional packages of other platforms without their versions.
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-save --no-audit --no-fund --loglevel=error --cache "$CACHE/npm" > "$CACHE/npm.log" 2>&1 \
        || { tail -20 "$CACHE/npm.log" >&2; say "npm install failed, see $CACHE/npm.log"; exit 1; }
    echo "$sum" > node_modules/.postern-installed
fi

# --- Python: what tests the API and verifies signatures, in an environment of its own -----------------------------------------------------
if [ "$what" != run ]; then
    tools="schemathesis==4.32.5 openapi-python-client==0.29.1 dkimpy==1.1.8 pynacl==1.6.2"
    if [ "$(cat "$CACHE/python/.postern-installed" 2>/dev/null)" != "$tools" ]; then
        say "installing Python packages: $tools"
        rm -rf "$CACHE/python"
        # shellcheck disable=SC2086
        { python3 -m venv "$CACHE/python" && "$CACHE/python/bin/pip" install -q --disable-pip-version-check $tools; } > "$CACHE/pip.log" 2>&1 \
            || { tail -20 "$CACHE/pip.log" >&2; say "pip install failed, see $CACHE/pip.log"; exit 1; }
        echo "$tools" > "$CACHE/python/.postern-installed"
    fi
fi
