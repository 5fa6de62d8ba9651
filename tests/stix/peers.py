#!/usr/bin/env python3
"""Judges content by stix2-validator and by the suite, and compares the disagreements with those that are written down.

Usage: peers.py SUITE SDISTS WORK [--update]

SUITE is the binary, SDISTS a folder with the unpacked source distributions of the peers, WORK one to write to.
The disagreements stand in peers.tsv, kind by kind: who finds something wrong and what (`here` with its code,
`peer` with its message), content that shows it, the section that decides, and why. A kind that is new, or is not
there any more, makes the exit code 1. `--update` writes the file again, and leaves section and reason of new ones open.

Content that converters and generators make is in real.tsv: for each source, every kind of error that the suite
finds in it, with the section that supports it.
"""

import collections
import copy
import json
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def merge(target, patch):
    """JSON Merge Patch, RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merge(target.get(name), value)
    return target


def vectors():
    """Every side of every vector that is JSON."""
    bases = json.loads((HERE / "vectors/bases.json").read_text("utf-8"))
    for path in sorted((HERE / "vectors").glob("*.json")):
        if path.name == "bases.json":
            continue
        family = json.loads(path.read_text("utf-8"))
        for vector in family["vectors"]:
            for side in ("valid", "invalid"):
                name = "%s / %s / %s" % (family["family"], vector["name"], side)
                if side + "_text" in vector:
                    try:
                        yield name, json.loads(vector[side + "_text"])
                    except ValueError:
                        pass
                elif vector.get("base"):
                    yield name, merge(bases[vector["base"]], vector.get(side) or {})


def examples(sdists):
    """The examples that stix2-validator ships, object by object."""
    for path in sorted(sdists.glob("stix2*validator-*/stix2validator/schemas-2.1/examples/**/*.json")):
        content = json.loads(path.read_text("utf-8"))
        for index, item in enumerate(content.get("objects", [content])):
            yield "example / %s / %d" % (path.name, index), item


def peer(item):
    """What stix2-validator finds wrong with an object. Its warnings are about SHOULDs and do not count."""
    from stix2validator import ValidationOptions, validate_instance

    try:
        return [str(error) for error in validate_instance(copy.deepcopy(item), ValidationOptions(version="2.1")).errors]
    except Exception as error:  # no verdict at all
        return ["exception: %s" % error]


def kind(message):
    """A message of the peer without what belongs to the one object that it speaks of."""
    message = re.sub(r"^[a-z0-9-]+--[0-9a-f-]{36}: ", "", message.splitlines()[0])
    message = re.sub(r"'([a-z_]+)'(?= \(| is a required property)", r"\1", message)
    message = re.sub(r"(?:does not match|is not valid under|any of the regexes).*", "is of another form", message)
    message = re.sub(r": \[.*\] is of", ": … is of", re.sub(r"\[[0-9]+\]", "[]", message))
    message = re.sub(r"\([^)]*Z\)", "(…)", message)
    return re.sub(r"'[^']*'", "'…'", message).replace("\t", " ")[:110]


def suite(binary, folder, items):
    """What the suite says: one row of JSON a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for index, item in enumerate(items):
        (folder / ("%06d.json" % index)).write_text(json.dumps(item), "utf-8")
    ran = subprocess.run([binary, "validate", "--format", "json", folder], capture_output=True, check=False)
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    if len(rows) != len(items):
        sys.exit("the suite judged %d of %d: %s" % (len(rows), len(items), ran.stderr.decode()))
    return rows


def disagreements(binary, sdists, work):
    """Kinds of disagreement: who finds something wrong, and what; with content that shows it."""
    named = list(vectors()) + list(examples(sdists))
    rows = suite(binary, work / "vectors", [item for _, item in named])
    out, count = {}, 0
    for (name, item), row in zip(named, rows):
        errors = peer(item)
        if row["valid"] and errors:
            key = ("peer", kind(errors[0]))
        elif not row["valid"] and not errors:
            first = next(finding for finding in row["findings"] if finding["level"] == "must")
            key = ("here", first["code"])
        else:
            continue
        count += 1
        out.setdefault(" ".join(key), (name,))
    print("%d objects (vectors of this project, examples of stix2-validator), %d disagreements of %d kinds"
          % (len(named), count, len(out)))
    return out


def compare(path, found, head, update):
    """Compares with what is written down; gives whether they agree.

    A row has a kind, content that shows it (which may change), the section that decides, and why.
    """
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    known = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if line and not line.startswith("#")}
    if update:
        with path.open("w", encoding="utf-8") as file:
            file.write(head)
            for name, row in found.items():
                reason = known.get(name, [])[len(row):] or ["", ""]
                file.write("\t".join([name, *row, *reason]) + "\n")
        return True
    good = True
    for name, row in found.items():
        if name not in known:
            print("new: %s: %s" % (name, ", ".join(row)))
        elif not all(known[name][len(row):]):
            print("undecided: %s" % name)
        else:
            continue
        good = False
    for name in known:
        if name not in found:
            print("gone: %s" % name)
            good = False
    return good


def generated():
    """Objects of every kind that stix2-generator knows, the same each time."""
    import stix2generator

    random.seed(2021)
    generator = stix2generator.create_object_generator()
    for name in sorted(generator.spec_names):
        for _ in range(8):
            try:
                made = generator.generate(name)
                made = made if isinstance(made, dict) else json.loads(made.serialize())
            except Exception:  # helpers and parts of objects
                continue
            if isinstance(made, dict) and "type" in made and "id" in made:
                yield made


def real(binary, sdists, work):
    """Kinds of errors in content that others made, by its source."""
    from misp import converted

    sources = {
        "misp-stix": list(converted()),
        "stix2-generator": list(generated()),
        "stix2-validator examples": [item for _, item in examples(sdists)],
    }
    out = {}
    for source, items in sources.items():
        rows = suite(binary, work / source.replace(" ", "-"), items)
        errors, shown = collections.Counter(), {}
        for row in rows:
            for finding in row["findings"]:
                if finding["level"] == "must":
                    # indexes and ids say nothing about the kind
                    place = ([step for step in finding["pointer"].split("/") if not step.isdigit()] or [""])[-1]
                    errors[(finding["code"], finding["rule"], place)] += 1
                    shown.setdefault((finding["code"], finding["rule"], place), finding["object"] or "-")
        types = {item.get("type") for item in items}
        print("%s: %d objects of %d types, %d errors of %d kinds"
              % (source, len(items), len(types), sum(errors.values()), len(errors)))
        for code, rule, place in sorted(errors):
            out["%s / %s %s %s" % (source, code, rule, place)] = (shown[(code, rule, place)].split("--")[0],)
    return out


def main():
    binary, sdists, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    update = "--update" in sys.argv
    sys.path.insert(0, str(HERE))
    good = compare(
        HERE / "peers.tsv", disagreements(binary, sdists, work),
        "# Where stix2-validator 3.2.0 and the suite disagree: who finds something wrong and what, content that shows it,\n"
        "# the section that decides, why. Written by peers.py --update; section and reason by hand.\n", update)
    good &= compare(
        HERE / "real.tsv", real(binary, sdists, work),
        "# Errors in content that others made: source, code, rule and place; an object that shows it; the section that\n"
        "# supports it, why it stands. Written by peers.py --update; section and reason by hand.\n", update)
    print("as written down" if good else "not as written down: decide by the standard's text, then peers.py --update")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
