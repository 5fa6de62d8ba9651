#!/usr/bin/env python3
"""Writes facts.json: what object paths can reach, from the table of STIX objects.

Usage: facts.py OBJECTS.json > facts.json

Only cyber-observable types, their predefined extensions and the nested types that these use are kept; of a
property only its type and, for references, the types that it may refer to.
"""

import json
import re
import sys


def properties(rows):
    out = {}
    for row in rows:
        fact = {"type": row["type"]}
        if "ref_types" in row:
            fact["refs"] = row["ref_types"]
        out[row["name"]] = fact
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        table = json.load(file)
    common = {row["name"]: row for row in table["common_properties"]}
    types = {}
    for name in table["classes"]["sco"]:
        entry = table["objects"][name]
        inherited = entry["common"]["required"] + entry["common"]["optional"]
        types[name] = properties([common[key] for key in inherited]) | properties(entry["properties"])
    extensions = {
        name: {"applies_to": entry["applies_to"], "properties": properties(entry["properties"])}
        for name, entry in table["extensions"].items()
    }
    wanted = json.dumps([types, extensions])
    nested = {
        name: properties(entry["properties"])
        for name, entry in table["nested_types"].items()
        if re.search(r"object:%s\b(?!-)" % re.escape(name), wanted)
    }
    facts = {"types": types, "extensions": extensions, "nested": nested}
    print(json.dumps(facts, indent=1, sort_keys=True))


main()
