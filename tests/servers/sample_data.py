#!/usr/bin/env python3
"""Prints synthetic STIX 2.1 objects as a JSON list, the same ones every time.

usage: sample_data.py [--versioned]

The list is in the order in which a server should add the objects, and has every type of STIX 2.1, objects
in two and three versions, and text beyond ASCII. With --versioned it leaves out what has no `modified`.
"""
import json
import sys
import uuid

# identifiers are made from a counter, so that reports of two runs can be compared
NAMES = uuid.UUID("6f0d9d64-58a5-4d4f-a2f5-0d41b7a5c1de")
OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")   # STIX 2.1, section 2.9
objects = []


def fresh(kind):
    bits = uuid.uuid5(NAMES, "%s %d" % (kind, len(objects))).int
    return "%s--%s" % (kind, uuid.UUID(int=bits, version=4))


def instant(day, hour=9, millisecond=0):
    return "2023-%02d-%02dT%02d:30:00.%03dZ" % (1 + day // 28 % 12, 1 + day % 28, hour, millisecond)


def add(kind, **properties):
    when = instant(len(objects))
    made = {"type": kind, "spec_version": "2.1", "id": fresh(kind), "created": when, "modified": when}
    made.update(properties)
    objects.append(made)
    return made


def revise(earlier, hours, **changes):
    made = dict(earlier, **changes)
    made["modified"] = earlier["created"].replace("T09:", "T%02d:" % (9 + hours))
    objects.append(made)
    return made


def observe(kind, contributing, **others):
    made = {"type": kind, "spec_version": "2.1"}
    if contributing:
        canonical = json.dumps(contributing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        made["id"] = "%s--%s" % (kind, uuid.uuid5(OBSERVABLES, canonical))
    else:
        made["id"] = fresh(kind)
    made.update(contributing, **others)
    objects.append(made)
    return made


def relate(source, kind, target):
    return add("relationship", relationship_type=kind, source_ref=source["id"], target_ref=target["id"])


publisher = add("identity", name="Sharing circle of the examples", identity_class="organization")
statement = {"type": "marking-definition", "spec_version": "2.1", "id": fresh("marking-definition"),
             "created": instant(1), "definition_type": "statement",
             "definition": {"statement": "Made up for tests."}}
objects.append(statement)
reader = add("identity", name="Ægir Þórsson", identity_class="individual", created_by_ref=publisher["id"])
campaign = add("campaign", name="Quiet harbour")
revise(campaign, 2, description="second version")
worm = add("malware", name="sample of a worm", is_family=False, malware_types=["worm"])
revise(worm, 1, malware_types=["worm", "dropper"])
revise(worm, 3, malware_types=["worm", "dropper"], description="third version")
actor = add("threat-actor", name="Grey Curlew", threat_actor_types=["criminal"])
add("intrusion-set", name="Low Water")
tool = add("tool", name="example scanner", tool_types=["vulnerability-scanning"])
phishing = add("attack-pattern", name="A letter with a hook")
block = add("course-of-action", name="Block the name")
add("infrastructure", name="relay", infrastructure_types=["command-and-control"])
here = add("location", region="northern-europe")
hole = add("vulnerability", name="CVE-2023-0000000",
           external_references=[{"source_name": "cve", "external_id": "CVE-2023-0000000"}])
add("incident", name="Incident 1")
indicators = [
    add("indicator", name="Indicator %d" % n, indicator_types=["malicious-activity"], pattern_type="stix",
        pattern="[domain-name:value = 'host%d.example.com']" % n, valid_from=instant(n), confidence=10 * n)
    for n in range(1, 9)
]
revise(indicators[0], 1, name="Indicator 1, corrected")
revise(indicators[0], 4, name="Indicator 1, final")
revise(indicators[1], 2, revoked=True)

sender = observe("email-addr", {"value": "sender@example.net"})
name = observe("domain-name", {"value": "host1.example.com"})
address = observe("ipv4-addr", {"value": "198.51.100.9"})
observe("ipv6-addr", {"value": "2001:db8::9"})
observe("autonomous-system", {"number": 64501})
observe("mac-addr", {"value": "00:00:5e:00:53:09"})
observe("mutex", {"name": "Local\\example"})
observe("url", {"value": "http://host1.example.com/?q=%20&r=1"})
folder = observe("directory", {"path": "/srv/example"})
program = observe("file", {"name": "example.bin", "parent_directory_ref": folder["id"],
                           "hashes": {"MD5": "0cc175b9c0f1b6a831c399e269772661"}}, size=1)
observe("artifact", {"payload_bin": "YQ=="})
observe("software", {"name": "Example Editor", "vendor": "Example", "version": "1.2"})
observe("user-account", {"account_type": "unix", "user_id": "1001", "account_login": "reader"})
observe("network-traffic", {"src_ref": address["id"], "dst_port": 443, "protocols": ["ipv4", "tcp"]})
observe("email-message", {"from_ref": sender["id"], "subject": "Grüße, 試験", "body": "A test."},
        is_multipart=False)
observe("process", {}, pid=17, command_line="/bin/true")
observe("windows-registry-key", {"key": "HKEY_LOCAL_MACHINE\\Software\\Example"})
observe("x509-certificate", {"serial_number": "0a:1b"}, subject="CN=host1.example.com")

score = add("extension-definition", name="Score", schema="https://example.org/score.json", version="1.0.0",
            extension_types=["property-extension"], created_by_ref=publisher["id"])
add("indicator", name="Scored", indicator_types=["benign"], pattern="[ipv4-addr:value = '198.51.100.9']",
    pattern_type="stix", valid_from=instant(60), object_marking_refs=[statement["id"]],
    extensions={score["id"]: {"extension_type": "property-extension", "score": 3}})
add("language-content", object_ref=campaign["id"], contents={"de": {"name": "Stiller Hafen"}})
seen = add("observed-data", first_observed=instant(61), last_observed=instant(62), number_observed=2,
           object_refs=[name["id"], address["id"]])
note = add("note", content="An em dash — and a bird 🐦.", object_refs=[campaign["id"]])
add("opinion", opinion="agree", object_refs=[note["id"]])
add("grouping", context="suspicious-activity", object_refs=[campaign["id"], worm["id"]])
add("malware-analysis", product="example", result="malicious", sample_ref=program["id"])
report = add("report", name="Report", published=instant(63), object_refs=[campaign["id"]])
revise(report, 5, object_refs=[campaign["id"], actor["id"]])
relate(campaign, "uses", worm)
relate(actor, "uses", tool)
relate(actor, "targets", hole)
relate(actor, "located-at", here)
relate(block, "mitigates", phishing)
relate(indicators[0], "indicates", worm)
add("sighting", sighting_of_ref=indicators[0]["id"], count=2, observed_data_refs=[seen["id"]],
    where_sighted_refs=[reader["id"]])

if __name__ == "__main__":
    wanted = objects if "--versioned" not in sys.argv[1:] else [o for o in objects if "modified" in o]
    json.dump(wanted, sys.stdout, ensure_ascii=False, indent=1)
    print()
