#!/usr/bin/env bash
# Runs the published validators of other people beside the suite, on the same content and patterns. Fails where they
# disagree otherwise than tests/stix/peers.tsv, tests/stix/real.tsv and tests/pattern/peers.tsv say.
# usage: [SUITE=BINARY] peers.sh [--update]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target/peers
suite=${SUITE:-$here/../target/debug/taxii-conformance}
[ -x "$suite" ] || { echo "$suite is not there: cargo build, or set SUITE" >&2; exit 2; }
# Where they have to run, skipping them is a failure.
skip() { echo "SKIPPED: $*"; [ -z "${CI:-}" ]; exit; }
if ! python3 -c 'import ensurepip, venv' 2> /dev/null; then
  skip "the peers need Python 3 with venv, which is not there"
fi
# One version of each peer, so that what is new is a change of the suite. stix2-validator 3.3.1 came without its schemas.
peers="stix2-validator==3.2.0 stix2-patterns==2.1.2 stix2-generator==0.2.0 misp-stix==2026.10.12 pymisp==2.5.34.4"
if [ ! -f "$target/ready" ]; then
  rm -rf "$target"
  python3 -m venv "$target/venv"
  # shellcheck disable=SC2086 # a list
  if ! "$target/venv/bin/pip" install --quiet --disable-pip-version-check $peers ||
    ! "$target/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
      --dest "$target/sdist" stix2-validator==3.2.0 stix2-patterns==2.1.2; then
    skip "the peers cannot be installed (see above)"
  fi
  for archive in "$target"/sdist/*.tar.gz; do tar xzf "$archive" -C "$target/sdist"; done
  touch "$target/ready"
fi
# Sets have an order that depends on this; generated content has to be the same each time.
export PYTHONHASHSEED=0
failed=
for peer in pattern stix; do
  echo "-- $peer"
  "$target/venv/bin/python" "$here/$peer/peers.py" "$suite" "$target/sdist" "$target/work" "$@" || failed+=" $peer"
done
[ -z "$failed" ] || { echo "the peers disagree otherwise than written down:$failed" >&2; exit 1; }
