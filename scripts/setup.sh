#!/usr/bin/env bash
# Installs what is missing and says nothing when all is there.
#   setup.sh run              for building and running: Rust (checked only), a C compiler, PostgreSQL 15 or newer, Node for the console
#   setup.sh test             for the checks as well: servers for tests (mail, names, identities, Redis), Chromium, sqlx-cli, cargo-deny
#   setup.sh packages NAME..  the part that needs root
set -euo pipefail
cd "$(dirname "$0")/.."
export HELPDESK_TOOLS=${HELPDESK_TOOLS:-$HOME/.cache/helpdesk/tools}
export PATH="$HELPDESK_TOOLS/node/bin:$PATH:$HOME/.cargo/bin:$HELPDESK_TOOLS/bin"

die() {
  echo "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null; }

install_packages() {
  # PostgreSQL's package would create and start a cluster of its own, which nobody needs.
  local conf=/etc/postgresql-common/createcluster.conf
  if [[ ! -e $conf ]]; then
    mkdir -p "${conf%/*}"
    echo 'create_main_cluster = false' >"$conf"
  fi
  export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@"
}

need_packages() {
  local line="sudo $PWD/scripts/setup.sh packages $*" answer
  has apt-get || die "Missing: $*. Install these (Debian's names) with the package manager of this system, then run this again."
  echo "Missing packages: $*"
  if ((EUID == 0)); then
    install_packages "$@"
    return
  fi
  if [[ ! -t 0 ]] || ! has sudo; then
    die "Run this once, then try again:  $line"
  fi
  read -rp "Run \`$line\` now? [Y/n] " answer
  [[ -z $answer || $answer == [Yy]* ]] || die "Nothing was installed."
  sudo "$PWD/scripts/setup.sh" packages "$@"
}

cargo_tool() { # name, check, arguments of cargo install
  local name=$1 check=$2
  shift 2
  if eval "$check" >/dev/null 2>&1; then return; fi
  echo "Installing $name into $HELPDESK_TOOLS (once)"
  cargo install --quiet --locked --root "$HELPDESK_TOOLS" "$name" "$@"
}

node_fits() { has node && node -e 'const [a, b] = process.versions.node.split("."); process.exit((a == 20 && b >= 19) || (a == 22 && b >= 12) || a > 22 ? 0 : 1)'; }

# The console is built with Node 20.19, 22.12 or newer. Where the system's is older, npm gets one as a package for this machine.
newer_node() {
  if node_fits; then return; fi
  local machine=x64
  if [[ $(uname -m) == aarch64 || $(uname -m) == arm64 ]]; then machine=arm64; fi
  local package=node-$(uname -s | tr '[:upper:]' '[:lower:]')-$machine into=$HELPDESK_TOOLS/node
  echo "Installing Node into $into (once)"
  mkdir -p "$into/bin"
  npm install --silent --no-save --ignore-scripts --prefix "$into" "$package@22.23.3"
  ln -sf "../node_modules/$package/bin/node" "$into/bin/node"
  hash -r
  node_fits || die "No Node could be installed that the console can be built with: install 20.19, 22.12 or newer, then run this again."
}

# The identity provider of the tests, with the versions of its lock file.
identity_provider() {
  local from=crates/server/tests/it/oidc into=$HELPDESK_TOOLS/oidc-provider
  if cmp -s "$from/package-lock.json" "$into/node_modules/installed"; then return; fi
  echo "Installing the identity provider of the tests into $into (once)"
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$into/"
  (cd "$into" && npm ci --silent --ignore-scripts)
  cp "$from/package-lock.json" "$into/node_modules/installed"
}

setup() {
  local missing=()
  has cargo || die "Rust is missing: install it with rustup (https://rustup.rs), then run this again."
  has cc || missing+=(gcc libc6-dev)
  scripts/pg-bin.sh >/dev/null || missing+=(postgresql)
  has node || missing+=(nodejs)
  has npm || missing+=(npm)
  if [[ $1 == test ]]; then
    has git || missing+=(git)
    has redis-server || missing+=(redis-server)
    has psql || missing+=(postgresql-client)
    # The system's own Python: another one first on PATH does not see Debian's packages.
    has chromium || missing+=(chromium)
    has dnsmasq || missing+=(dnsmasq-base)
    /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3-aiosmtpd)
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    has curl || missing+=(curl)
  fi
  if ((${#missing[@]})); then need_packages "${missing[@]}"; fi
  scripts/pg-bin.sh >/dev/null ||
    die "PostgreSQL 15 or newer was not found, and this system's package is older: install one and set PG_BIN_DIR to its bin folder."
  newer_node
  if [[ $1 == test ]]; then
    cargo_tool sqlx-cli 'cargo sqlx --version | grep -q " 0\.9\.0$"' --version 0.9.0 --no-default-features --features postgres,sqlx-toml
    cargo_tool cargo-deny 'cargo deny --version'
    identity_provider
  fi
}

case ${1:-} in
  run | test) setup "$1" ;;
  packages) shift && install_packages "$@" ;;
  *) die "usage: setup.sh run | test" ;;
esac
