#!/bin/sh
# Installs what is missing, and only that; says what it does; running it again does nothing.
# usage: setup.sh run | test | web | samples | bench | fuzz
#   run      what building and running sohoa needs
#   test     run, and the judges of the tests (.venv, JDK)
#   web      run, and a browser with what drives it (tests/web/node_modules)
#   samples  test, and the generator of the samples
#   bench    run, and what it is compared with (.tools/ocrmypdf)
#   fuzz     run, and cargo-fuzz
# Made for Debian 12. Exit 0 all there, 4 something is missing that this script may not or cannot install.
set -eu
cd "$(dirname "$0")/.."

run_packages="tesseract-ocr tesseract-ocr-vie tesseract-ocr-eng libtesseract-dev libleptonica-dev pkg-config g++ cmake
    poppler-utils fonts-croscore"
test_packages="qpdf default-jdk-headless libjaxb-java openssl libreoffice-calc-nogui"
bench_packages="ghostscript"
# Fonts with Vietnamese letters, so that what a test looks at is what people see.
web_packages="chromium fonts-noto-core"

say() {
    echo "setup: $*"
}

fail() {
    echo "setup: $*" >&2
    exit 4
}

# apt_install PACKAGE…: those that are not there yet.
apt_install() {
    missing=
    for package in "$@"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        fail "packages are missing; as an administrator run: sudo apt-get install -y --no-install-recommends$missing"
    fi
    say "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # The package lists are fetched only when those at hand do not lead to the packages.
    # shellcheck disable=SC2086
    if ! apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1; then
        say "fetching the package lists"
        if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
            tail -n 5 "$log" >&2
            rm -f "$log"
            fail "apt-get could not install$missing; is the network there?"
        fi
    fi
    rm -f "$log"
}

# venv FOLDER REQUIREMENTS: a Python environment with exactly these; remade when they change.
venv() {
    stamp=$1/made-from-$(sha256sum "$2" | cut -c1-16)
    [ ! -f "$stamp" ] || return 0
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
    say "installing the packages of $2 into $1"
    [ -x "$1/bin/python" ] || python3 -m venv "$1"
    "$1/bin/pip" install -q --disable-pip-version-check -r "$2" || fail "pip could not install $2; is PyPI within reach?"
    touch "$stamp"
}

# rust_component NAME SUBCOMMAND
rust_component() {
    ! cargo "$2" --version >/dev/null 2>&1 || return 0
    command -v rustup >/dev/null || fail "cargo $2 is missing; install $1 the way Rust was installed"
    say "adding the Rust component $1"
    rustup -q component add "$1" || fail "rustup could not add $1; is the network there?"
}

setup_run() {
    command -v cargo >/dev/null || fail "cargo is missing; install Rust 1.95 or later (https://rustup.rs)"
    # shellcheck disable=SC2086
    apt_install $run_packages
}

setup_test() {
    setup_run
    # shellcheck disable=SC2086
    apt_install $test_packages
    rust_component rustfmt fmt
    rust_component clippy clippy
    venv .venv tests/judges/requirements.txt
}

setup_web() {
    setup_run
    # shellcheck disable=SC2086
    apt_install $web_packages
    node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null ||
        fail "Node.js 20 or later is missing (https://nodejs.org)"
    stamp=tests/web/node_modules/made-from-$(sha256sum tests/web/package-lock.json | cut -c1-16)
    [ ! -f "$stamp" ] || return 0
    say "installing the packages of tests/web/package-lock.json"
    (cd tests/web && npm ci --ignore-scripts --no-audit --no-fund --silent) ||
        fail "npm could not install them; is its registry within reach?"
    touch "$stamp"
}

case ${1-} in
run) setup_run ;;
test) setup_test ;;
web) setup_web ;;
samples)
    setup_test
    apt_install fonts-dejavu
    venv .venv tests/generator/requirements.txt
    ;;
bench)
    setup_run
    apt_install $bench_packages
    venv .tools/ocrmypdf tests/bench/requirements.txt
    ;;
fuzz)
    setup_run
    if ! cargo fuzz --version >/dev/null 2>&1; then
        say "installing cargo-fuzz"
        cargo install -q --locked cargo-fuzz || fail "cargo could not install cargo-fuzz; is the network there?"
    fi
    ;;
*)
    echo "usage: setup.sh run | test | web | samples | bench | fuzz" >&2
    exit 2
    ;;
esac
