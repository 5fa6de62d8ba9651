#!/usr/bin/env bash
# Installs the readers of report formats that `cargo test --test report_peers` holds ours against:
# Python packages into target/report-peers/venv, Node packages into target/report-peers/node_modules.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
into=$here/../../../target/report-peers
mkdir -p "$into"
cd "$into"
wanted=$(cat "$here/requirements.txt" "$here/package-lock.json" | sha256sum)
[ "$(cat installed 2> /dev/null)" = "$wanted" ] && exit 0
rm -rf venv installed
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install -r "$here/requirements.txt"
cp "$here/package.json" "$here/package-lock.json" .
npm ci --silent --ignore-scripts --no-audit --no-fund
echo "$wanted" > installed
