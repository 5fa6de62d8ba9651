#!/usr/bin/env bash
# Publishes what the suite finds on the reference server, medallion and OpenTAXII, and their comparison:
#
#   publish.sh [OPTION...]   tests the three servers, and writes NAME.{html,json,md,junit.xml} and matrix.* in this
#                            folder; OPTIONs are for each `run`
#   publish.sh --check       tests nothing: says whether reports/local has the verdicts that are published
#
# SUITE names the program to test with; otherwise the release build of this repository is taken. Takes some
# minutes, and needs python3 with venv and, the first time, PyPI. README.md in this folder says what was left out.
set -euo pipefail
cd "$(dirname "$0")/.."
local=reports/local
mkdir -p "$local"
# longer than in CI: this may run beside other work
export MINUTES=${MINUTES:-30}

# where runs leave the report of each server
report() {
  case $1 in
    reference) echo "$local/reference.json" ;;
    medallion) echo "$local/medallion/reader.report.json" ;;
    opentaxii) echo "$local/opentaxii/keeper.report.json" ;;
  esac
}
names="reference medallion opentaxii"

if [ "${1:-}" = --check ]; then
  stale=0
  for name in $names; do
    [ -f "reports/$name.json" ] || { echo "reports/$name.json is not there: run reports/publish.sh" >&2; exit 1; }
    python3 reports/publish.py check "reports/$name.json" "$(report "$name")" || stale=1
  done
  [ "$stale" = 0 ] || echo "the published reports are out of date: run reports/publish.sh" >&2
  exit "$stale"
fi

suite=$(realpath -m "${SUITE:-target/release/taxii-conformance}")
[ -x "$suite" ] || { echo "$suite is not there: cargo build --release, or set SUITE" >&2; exit 2; }
for name in $names; do rm -f "$(report "$name")"; done
wrong=
"$suite" run --reference --seed 1 "$@" -q --report "json=$local/reference.json" || wrong+=" reference"
# one port each, so that they can run side by side
pids=()
trap 'for one in "${pids[@]}"; do kill "${one#*:}" 2> /dev/null || true; done' EXIT
for server in medallion:5611 opentaxii:5612; do
  name=${server%:*}
  # of the two runs on OpenTAXII one is published
  RUNS=$(basename "$(report "$name")" .report.json) SUITE=$suite bash tests/servers/run.sh "$name" "target/servers/$name" "${server#*:}" "$local/$name" --seed 1 "$@" \
    > "$local/$name.log" 2>&1 &
  pids+=("$name:$!")
done
for one in "${pids[@]}"; do
  wait "${one#*:}" || wrong+=" ${one%:*}"
  cat "$local/${one%:*}.log"
done
pids=()

for name in $names; do
  python3 reports/publish.py shorten "$(report "$name")" "reports/$name.json"
  "$suite" report "reports/$name.json" -q --report "html=reports/$name.html" --report "markdown=reports/$name.md" \
    --report "junit=reports/$name.junit.xml" > /dev/null
done
(cd reports && "$suite" compare reference.json medallion.json opentaxii.json --report html=matrix.html \
  --report markdown=matrix.md --report json=matrix.json > /dev/null)
du -ch reports/*.html reports/*.json reports/*.md reports/*.xml | tail -1
if [ -n "$wrong" ]; then
  echo "published, but these were not as tests/servers/*.expected has them, or failed:$wrong" >&2
  exit 1
fi
