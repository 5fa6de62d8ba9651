#!/bin/sh
# Makes a bundle of 100,000 objects and measures the validator beside its peers. Run it from anywhere.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=${1:-100000}
bundle=${TMPDIR:-/tmp}/stix-bench-$count.json
[ -s "$bundle" ] || python3 "$here/make_bundle.py" "$count" > "$bundle"
cd "$here"
cargo build --release --quiet
"${CARGO_TARGET_DIR:-target}/release/stix-bench" "$bundle"
# A peer in Python, if it is installed: pip install stix2-validator==3.2.0
if command -v stix2_validator > /dev/null; then
    small=${TMPDIR:-/tmp}/stix-bench-1000.json
    python3 "$here/make_bundle.py" 1000 > "$small"
    echo "stix2-validator, 1,000 objects:"
    time -p stix2_validator --version 2.1 "$small" > /dev/null
fi
