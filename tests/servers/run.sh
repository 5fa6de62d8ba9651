#!/usr/bin/env bash
# Tests a real server with the suite and says whether anything has drifted.
#
#   run.sh NAME DIR PORT OUT [OPTION...]   NAME: medallion or opentaxii. DIR: where the server lives.
#                                          OUT: where reports go. OPTION: for `taxii-conformance run`
#
# It fails if
#   - a run does not end by itself within MINUTES (10),
#   - the suite could not judge: a trial ended in error, or the exit code is none of 0 and 1,
#   - the requirements that failed are not those of NAME.expected,
#   - what is left on the server is not what the suite says it left.
# RUNS names the runs to do, where a server has several; otherwise all are done.
# SUITE names the program to test with; otherwise the debug build of this repository is taken.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 4 ]; then sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
name=$1
port=$3
mkdir -p "$2" "$4"
dir=$(cd "$2" && pwd)
out=$(cd "$4" && pwd)
shift 4
suite=${SUITE:-$here/../../target/debug/taxii-conformance}
[ -x "$suite" ] || { echo "$suite is not there: cargo build, or set SUITE" >&2; exit 2; }
trap '"$here/$name.sh" stop "$dir"' EXIT
"$here/$name.sh" start "$dir" "$port" > "$out/$name.json"
python3 "$here/drift.py" "$name" "$suite" "$out" "$@"
