#!/usr/bin/env python3
"""Judges patterns by stix2-patterns and by the suite, and compares the disagreements with those that are written down.

Usage: peers.py SUITE SDISTS WORK [--update]

SUITE is the binary, SDISTS a folder with the unpacked source distribution of the peer, WORK one to write to. The
patterns are those of the peer's own test suites (2.0 and 2.1) and of this folder. The disagreements stand in peers.tsv:
who calls the pattern invalid, the pattern, the section that decides. peers.md says why, class by class. One that is new,
or is not there any more, makes the exit code 1. `--update` writes the file again, and leaves the section of new ones open.
"""

import ast
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
HEAD = """# Patterns on which stix2-patterns 2.1.2 and the suite disagree: who calls it invalid, the section that decides, the
# pattern. Written by peers.py --update; sections by hand, reasons in peers.md.
"""


def of_peer(sdists):
    """The patterns in the tests of stix2-patterns: its lists of examples, and every string in brackets in its code."""
    for folder in sorted(sdists.glob("stix2*patterns-*/stix2patterns/test/v2*")):
        yield from (folder / "spec_examples.txt").read_text("utf-8").splitlines()
        for path in sorted(folder.glob("test_*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.startswith("FAIL"):
                    if "[" in node.value or ":" in node.value:
                        yield node.value


def of_ours():
    """The vectors of this folder."""
    for name, column in (("valid.txt", 0), ("invalid.txt", 2), ("advice.txt", 2), ("coverage.tsv", (2, 3))):
        for line in (HERE / name).read_bytes().decode().split("\n"):
            if line.strip() and not line.startswith("#"):
                if column == 0:
                    yield line
                elif column == 2:
                    yield line.split("\t", 2)[2]
                else:
                    yield from (cell for cell in line.split("\t")[2:] if cell != "-")


def main():
    from stix2patterns.validator import validate

    binary, sdists, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    theirs, ours = list(of_peer(sdists)), list(of_ours())
    if len(theirs) < 100:
        sys.exit("the peer's own tests hold only %d patterns: is %s the right folder?" % (len(theirs), sdists))
    patterns = [p for p in dict.fromkeys(theirs + ours) if p.strip() and "\n" not in p]
    work.mkdir(parents=True, exist_ok=True)
    (work / "patterns.txt").write_bytes("\n".join(patterns).encode() + b"\n")
    ran = subprocess.run([binary, "pattern", "--format", "json", work / "patterns.txt"], capture_output=True, check=False)
    rows = [json.loads(line) for line in ran.stdout.decode().splitlines()]
    if [row["pattern"] for row in rows] != patterns:
        sys.exit("the suite judged %d of %d patterns: %s" % (len(rows), len(patterns), ran.stderr.decode()))
    found = {}
    for row in rows:
        try:
            valid, _ = validate(row["pattern"], stix_version="2.1", ret_errs=True)
        except Exception:  # it stumbles over some indexes
            valid = False
        if bool(valid) != row["valid"]:
            found[row["pattern"]] = "here" if valid else "peer"
    print("%d patterns (%d of the peer's own tests), %d disagreements" % (len(patterns), len(set(theirs)), len(found)))

    path = HERE / "peers.tsv"
    lines = path.read_bytes().decode().split("\n") if path.exists() else []
    cells = [line.split("\t", 2) for line in lines if line and not line.startswith("#")]
    known = {pattern: (who, section) for who, section, pattern in cells}
    if "--update" in sys.argv:
        text = "".join("%s\t%s\t%s\n" % (who, known.get(p, ("", ""))[1], p) for p, who in found.items())
        path.write_bytes((HEAD + text).encode())
        return
    wrong = ["new: %s: %s" % (who, p) for p, who in found.items() if known.get(p, ("",))[0] != who]
    wrong += ["undecided: %s" % p for p in found if p in known and not known[p][1]]
    wrong += ["gone: %s" % p for p in known if p not in found]
    print("\n".join(wrong) if wrong else "as written down")
    if wrong:
        print("not as written down: decide by section 9, then peers.py --update")
    sys.exit(1 if wrong else 0)


main()
