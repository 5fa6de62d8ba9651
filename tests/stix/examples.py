#!/usr/bin/env python3
"""Judges every JSON example of the standard, at development time.

    tests/stix/examples.py path/to/stix-v2.1.md [path/to/taxii-conformance]

The text of the standard is not part of this project; the path is that of a copy, Markdown edition. Examples that are cut short
by an ellipsis are completed by a valid object of ours, slips of JSON are mended. What then is invalid has to be in EXPECTED,
which tests/stix/decisions.md explains.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# By section: codes of MUST findings that the example deserves.
EXPECTED = {
    "3.9.1": {"identifier-format"},
    "4.10.2": {"wrong-type", "version-differs"},
    "4.16.2": {"missing-property"},
    "6.6.2": {"hex-format"},
    "8.2": {"missing-property"},
    "11.3.1": {"missing-property"},
    "C.2.4": {"not-in-enumeration"},
}
# Fragments, by a property that tells them, and the base that completes them.
FRAGMENTS = {
    "summary": "sighting", "count": "sighting", "observed_data_refs": "sighting", "external_references": "vulnerability",
    "kill_chain_phases": "attack-pattern", "sophistication": "threat-actor", "src_flags_hex": "network-traffic+tcp-ext",
    "granular_markings": "campaign", "x_acme_org_risk_score": "campaign", "created": "campaign", "distance": "campaign",
    "name": "campaign",
}


def blocks(lines):
    """Section, line and text of every block marked as JSON."""
    section, start = "", None
    for number, line in enumerate(lines, 1):
        heading = re.match(r"#+ ([A-Z]?[0-9.]+)\s", line)
        if start is None and heading:
            section = heading.group(1).rstrip(".")
        if line.strip().lower().startswith("```json"):
            start = number
        elif start is not None and line.strip().startswith("```"):
            yield section, start, "\n".join(lines[start:number - 1])
            start = None


def read(text):
    """The value of an example, its ellipses taken out and its commas put right."""
    text = re.sub(r"^\s*(?:\.\.\.|…)\s*,?\s*$", "", text, flags=re.M)
    text = re.sub(r'([}\]"\d])[ \t]*\n+(\s*[{"])', r"\1,\n\2", text)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return json.loads("[" + text + "]")


def fill(value, bases):
    """An object that was cut short, with the rest of a valid one of its type."""
    if isinstance(value, list):
        return [fill(item, bases) for item in value]
    return {**bases.get(value.get("type"), {}), **value}


def complete(value, bases):
    """A fragment as part of a whole object; containers of the deprecated kind within observed data; None for neither."""
    if isinstance(value, list) or value.get("type") in bases or "objects" in value:
        return value
    if "type" in value:
        return {**bases["campaign"], **value} if value["type"] == "campaign" else value
    if value and all(isinstance(v, dict) and "type" in v for v in value.values()):
        whole = {k: v for k, v in bases["observed-data"].items() if k != "object_refs"}
        owed = {"network-traffic": {"protocols": ["tcp"]}, "email-message": {"is_multipart": False}}
        return {**whole, "objects": {key: {**owed.get(o["type"], {}), **o} for key, o in value.items()}}
    base = next((b for name, b in FRAGMENTS.items() if name in value), None)
    if base == "network-traffic+tcp-ext":
        return {**bases[base], "extensions": {"tcp-ext": value}}
    if base:
        return {**bases[base], **value}
    return {**bases["file"], "hashes": value} if all(isinstance(v, str) for v in value.values()) else None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "../../target/debug/taxii-conformance")
    with open(os.path.join(HERE, "vectors/bases.json"), encoding="utf-8") as f:
        bases = json.load(f)
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = f.read().split("\n")
    found, wrong, skipped = {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        examples = {}
        for section, line, text in blocks(lines):
            value = read(text)
            if re.search(r"^\s*\.\.\.", text, flags=re.M):
                value = fill(value, bases)
            value = complete(value, bases)
            if value is None:
                skipped.append(f"{section} (line {line})")
                continue
            name = f"{line:05}.json"
            examples[name] = (section, line)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                json.dump(value, f)
        run = subprocess.run([binary, "validate", "--format", "json", "--level", "must", folder], capture_output=True, text=True, check=False)
        for result in map(json.loads, run.stdout.splitlines()):
            section, line = examples.pop(os.path.basename(result["file"]))
            for finding in result["findings"]:
                found.setdefault(section, set()).add(finding["code"])
                if finding["code"] not in EXPECTED.get(section, set()):
                    wrong.append(f"{section} (line {line}) {finding['pointer']}: {finding['code']}: {finding['message']}")
        wrong += [f"{section} (line {line}) was not judged" for section, line in examples.values()]
    wrong += [f"{section} was expected to give {sorted(codes)}" for section, codes in EXPECTED.items() if found.get(section, set()) != codes]
    print("\n".join(wrong))
    total = sum(1 for _ in blocks(lines))
    print(f"{total} examples, {len(wrong)} surprises; no STIX content: {', '.join(skipped) or 'none'}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
