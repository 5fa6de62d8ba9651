"""Runs the suite against a server that was started, and compares with what is expected. See run.sh.

usage: drift.py NAME SUITE OUT [OPTION...]
"""
import base64
import datetime
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
MINUTES = float(os.environ.get("MINUTES", "10"))
RUNS = os.environ.get("RUNS")


def expected(name):
    """Requirement ids of NAME.expected with their reasons."""
    with open(os.path.join(HERE, name + ".expected"), encoding="utf-8") as file:
        lines = [line.split(None, 1) for line in file if line.strip() and not line.startswith("#")]
    return {line[0]: line[1].strip() for line in lines}


def just_before(date):
    """A timestamp of six decimals, one microsecond earlier."""
    moment = datetime.datetime.strptime(date, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.timedelta(microseconds=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def held(line):
    """Every version of every object that the server's manifests name; None where it does not tell."""
    user = line["sees_all"]
    secret = base64.b64encode(("%s:%s" % (user, line["accounts"][user])).encode()).decode()

    def ask(path, **query):
        url = urllib.parse.urljoin(line["url"], path) + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(url, headers={
            "Accept": "application/taxii+json;version=2.1", "Authorization": "Basic " + secret})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    found = set()
    try:
        for root in ask("/taxii2/")["api_roots"]:
            for collection in ask(root + "collections/").get("collections", []):
                path = "%scollections/%s/" % (root, collection["id"])
                query, so_far = {"limit": "100", "match[version]": "all"}, len(found)
                while collection["can_read"]:
                    page = ask(path + "manifest/", **query)
                    for record in page.get("objects", []):
                        found.add((path + "objects/" + record["id"] + "/", record["version"]))
                    if not page.get("more"):
                        break
                    # from just before the last date: more objects may share it than the page had room for
                    query["added_after"] = just_before(page["objects"][-1]["date_added"])
                    if len(found) == so_far:
                        print("what it holds cannot be told: a page of %s brings nothing new" % path)
                        return None
                    so_far = len(found)
    except urllib.error.HTTPError as error:
        print("what it holds cannot be told: %s answers %d" % (error.url, error.code))
        return None
    return found


def leftovers(before, after, cleanup):
    """Faults of the clean-up: what was added and remains has to be what the suite says, and nothing else is gone.

    An object that an earlier run with the same seed left behind is there before and after: it may be told, and need
    not.
    """
    if before is None or after is None:
        return []
    said = {urllib.parse.urlsplit(url).path for url in cleanup.get("left", [])}
    is_there, is_left = {url for url, version in after}, {url for url, version in after - before}
    print("  left behind: %d objects" % len(is_left))
    return (["left behind, and not told: " + url for url in sorted(is_left - said)]
            + ["told to be left behind, and gone: " + url for url in sorted(said - is_there)]
            + ["no longer there: %s %s" % gone for gone in sorted(before - after)])


def run(line, which, suite, out, options):
    """One run. Gives the report, or None, and what is wrong."""
    report = os.path.join(out, which["name"] + ".report.json")
    command = [suite, "run", line["url"], "--allow-http", "--user", which["user"], "--password-env", "STAND_PASSWORD",
               "--other-user", which["other_user"], "--other-password-env", "STAND_OTHER_PASSWORD",
               "--report", "json=" + report, "--report", "junit=" + report.replace(".json", ".xml")]
    environment = dict(os.environ, STAND_PASSWORD=line["accounts"][which["user"]],
                       STAND_OTHER_PASSWORD=line["accounts"][which["other_user"]])
    if os.path.exists(report):
        os.remove(report)
    with open(os.path.join(out, which["name"] + ".txt"), "w", encoding="utf-8") as text:
        child = subprocess.Popen(command + which["options"] + options, stdout=text, stderr=subprocess.DEVNULL,
                                 env=environment)
        try:
            code = child.wait(MINUTES * 60)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                child.kill()
            return None, ["it did not end within %g minutes" % MINUTES]
    wrong = []
    if code not in (0, 1):
        wrong.append("exit code %s" % code)
    if not os.path.exists(report):
        return None, wrong + ["no report was written"]
    with open(report, encoding="utf-8") as file:
        report = json.load(file)
    wrong += ["error: %s: %s" % (t["id"], t.get("reason")) for t in report["trials"] if t["verdict"] == "error"]
    return report, wrong


def main(name, suite, out, *options):
    with open(os.path.join(out, name + ".json"), encoding="utf-8") as file:
        line = json.load(file)
    reasons, failed, wrong = expected(name), {}, []
    runs = [which for which in line["runs"] if RUNS is None or which["name"] in RUNS.split()]
    for which in runs:
        before = held(line)
        report, faults = run(line, which, suite, out, list(options))
        wrong += ["%s: %s" % (which["name"], fault) for fault in faults]
        if report is None:
            continue
        summary = report["summary"]
        verdicts = ", ".join("%d %s" % (n, v) for v, n in sorted(summary["verdicts"].items()) if n)
        print("%s as %s: %s in %.0f s" % (line["server"], which["name"], verdicts,
                                          report["suite"]["duration_ms"] / 1000))
        for trial in report["trials"]:
            if trial["verdict"] == "fail":
                for requirement in trial["requirements"]:
                    failed.setdefault(requirement, trial["id"])
        wrong += ["%s: %s" % (which["name"], fault)
                  for fault in leftovers(before, held(line), report["cleanup"])]
    for requirement in sorted(failed):
        print("  %-12s %s" % (requirement, reasons.get(requirement, "NOT EXPECTED, see " + failed[requirement])))
    wrong += ["%s failed, which was not expected: %s" % (r, failed[r]) for r in sorted(set(failed) - set(reasons))]
    # with these not everything is asked
    if not {"--only", "--skip"} & set(options) and len(runs) == len(line["runs"]):
        wrong += ["%s no longer fails: take it out of %s.expected" % (r, name)
                  for r in sorted(set(reasons) - set(failed))]
    for fault in wrong:
        print("WRONG: " + fault)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
