#!/usr/bin/env bash
# Makes two bundles of 100,000 objects, one synthetic and one of real converter output, and measures the validator beside
# its peers on both. Run it from anywhere. What is not installed is left out, and said so.
# usage: run.sh [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-5}
work=${TMPDIR:-/tmp}/stix-bench
mkdir -p "$work"
venv=$here/../../target/peers/venv # tests/peers.sh makes it
export PYTHONHASHSEED=0

[ -s "$work/made.json" ] || python3 "$here/make_bundle.py" 100000 > "$work/made.json"
files=("$work/made.json")
if [ -x "$venv/bin/python" ]; then
  if [ ! -s "$work/misp.json" ]; then
    (cd "$here/../../tests/stix" && "$venv/bin/python" -c 'import json, misp; print(json.dumps(list(misp.converted())))') > "$work/objects.json"
    python3 "$here/copies.py" 100000 < "$work/objects.json" > "$work/misp.json"
  fi
  files+=("$work/misp.json")
else
  echo "left out: converter output and stix2-validator (tests/peers.sh installs them)"
fi

cd "$here"
cargo build --release --quiet --features rstix
bench=${CARGO_TARGET_DIR:-target}/release/stix-bench
for file in "${files[@]}"; do
  "$bench" "$file" "$rounds"
  for what in parse schemas must-1 must-2 should-2 rstix; do "$bench" --once "$what" "$file" | sed 's/^.*json: /    /'; done
done

# Counted, not timed: the same on a busy machine.
if command -v valgrind > /dev/null; then
  echo "instructions (callgrind), 2,000 objects, start of the process taken off:"
  python3 "$here/make_bundle.py" 2000 > "$work/small.json"
  python3 "$here/make_bundle.py" 1 > "$work/one.json"
  for what in parse schemas must-1 should-1 rstix; do
    count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" --once "$what" "$1" 2>&1 | awk '/Collected/ { print $4 }'; }
    echo "$what $(($(count "$work/small.json") - $(count "$work/one.json")))"
  done | awk '{ if (NR == 1) first = $2; printf "    %-10s %12d  %6.2f of parse\n", $1, $2, $2 / first }'
else
  echo "left out: instruction counts (valgrind is not installed)"
fi

if [ -x "$venv/bin/stix2_validator" ]; then
  python3 "$here/make_bundle.py" 1000 > "$work/thousand.json"
  echo "stix2-validator 3.2.0, 1,000 objects, start of the process included:"
  time -p "$venv/bin/stix2_validator" --version 2.1 "$work/thousand.json" > /dev/null
fi

# A stream much larger than memory would allow to hold: one bundle of 1 GB.
if [ ! -s "$work/large.json" ]; then
  python3 "$here/make_bundle.py" 1870000 > "$work/large.json"
fi
"$bench" --memory "$work/large.json"
