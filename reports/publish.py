"""Makes a report fit to be published, and compares one with what is published. See publish.sh.

usage: publish.py shorten REPORT.json PUBLISHED.json
       publish.py check PUBLISHED.json REPORT.json
"""
import json
import re
import sys

# how much of a body is published, in characters
BODY = 500


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def shorten(report):
    """Leaves out the exchanges of trials without findings, bodies that no finding is about, most of long bodies, and
    how long things took."""
    if report["summary"]["interrupted"]:
        sys.exit("the run against %s was ended early: nothing is published of it" % report["server"]["url"])
    report["suite"]["duration_ms"] = 0
    for trial in report["trials"]:
        trial["duration_ms"] = 0
        if not trial["findings"]:
            trial["exchanges"] = []
        shown = {finding.get("exchange") for finding in trial["findings"]}
        for number, exchange in enumerate(trial["exchanges"]):
            room = BODY if number in shown else 0
            exchange["duration_ms"] = 0
            exchange["started"] = report["suite"]["started"]
            for side in ("request", "response"):
                body = exchange.get(side, {}).get("body")
                if body and len(body["excerpt"]) > room:
                    body["excerpt"], body["truncated"] = body["excerpt"][:room], True
    return report


def write(report, path):
    """One trial a line, so that a new version shows what changed."""
    text = json.dumps(dict(report, trials=[]), ensure_ascii=True, indent=1)
    head, tail = text.rsplit('"trials": []', 1)
    trials = ",\n".join(json.dumps(t, ensure_ascii=True) for t in report["trials"])
    # the reference server has another port in every run
    text = re.sub(r"localhost:\d+", "localhost:6100", head + '"trials": [\n' + trials + "\n ]" + tail + "\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def said(report):
    """What has to be the same: the verdict of each trial, and how each requirement stands."""
    found = {"trial " + t["id"]: t["verdict"] for t in report["trials"]}
    for outcome in ("passed", "warned", "failed", "inconclusive"):
        found.update({"requirement " + id: outcome for id in report["summary"][outcome]})
    return found


def check(published, report):
    old, new = said(load(published)), said(load(report))
    differ = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    for key in differ[:20]:
        print("%s: %s: %s, and now %s" % (published, key, old.get(key, "none"), new.get(key, "none")))
    if len(differ) > 20:
        print("%s: and %d more" % (published, len(differ) - 20))
    return 1 if differ else 0


if __name__ == "__main__":
    command, first, second = sys.argv[1:]
    if command == "check":
        sys.exit(check(first, second))
    write(shorten(load(first)), second)
