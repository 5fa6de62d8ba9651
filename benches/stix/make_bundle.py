#!/usr/bin/env python3
"""Makes a bundle of valid objects that no rule finds fault with. usage: make_bundle.py [COUNT] > bundle.json"""
import json
import random
import sys
import uuid

NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
RANDOM = random.Random(2021)


def uuid4():
    return str(uuid.UUID(int=RANDOM.getrandbits(128), version=4))


def moment():
    return "2024-%02d-%02dT%02d:%02d:%02d.%03dZ" % (RANDOM.randint(1, 12), RANDOM.randint(1, 28), RANDOM.randint(0, 23),
                                                   RANDOM.randint(0, 59), RANDOM.randint(0, 59), RANDOM.randint(0, 999))


def sdo(kind, **properties):
    at = moment()
    return {"type": kind, "spec_version": "2.1", "id": kind + "--" + uuid4(), "created_by_ref": CREATOR, "created": at,
            "modified": at, **properties, "object_marking_refs": ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"]}


def sco(kind, contributing, **properties):
    text = json.dumps(contributing, sort_keys=True, separators=(",", ":"))
    return {"type": kind, "spec_version": "2.1", "id": "%s--%s" % (kind, uuid.uuid5(NAMESPACE, text)), **properties}


CREATOR = "identity--" + uuid4()
WORDS = "the actor sent a document that runs code on open and then reports to a host under its control over an encrypted channel".split()


def text(n):
    return " ".join(RANDOM.choice(WORDS) for _ in range(n)).capitalize() + "."


def objects(count):
    malware, indicators = [], []
    while True:
        m = sdo("malware", name=text(2), description=text(30), malware_types=["trojan"], is_family=True,
                kill_chain_phases=[{"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "delivery"}])
        malware.append(m["id"])
        yield m
        for _ in range(4):
            digest = "%064x" % RANDOM.getrandbits(256)
            i = sdo("indicator", name=text(4), description=text(25), indicator_types=["malicious-activity"], pattern_type="stix",
                    pattern="[file:hashes.'SHA-256' = '%s']" % digest, valid_from=moment(), labels=["synthetic"], confidence=80)
            indicators.append(i["id"])
            yield i
            yield sdo("relationship", relationship_type="indicates", source_ref=i["id"], target_ref=m["id"])
            name = text(1)[:-1] + ".exe"
            yield sco("file", {"hashes": {"SHA-256": digest}, "name": name}, hashes={"SHA-256": digest}, name=name,
                      size=RANDOM.randint(100, 10**7))
        address = "198.51.%d.%d" % (RANDOM.randint(0, 255), RANDOM.randint(0, 255))
        ip = sco("ipv4-addr", {"value": address}, value=address)
        yield ip
        domain = "host%d.example.com" % RANDOM.randint(0, 10**9)
        yield sco("domain-name", {"value": domain}, value=domain, resolves_to_refs=[ip["id"]])
        yield sdo("observed-data", first_observed="2024-01-01T00:00:00Z", last_observed="2024-01-02T00:00:00Z",
                  number_observed=3, object_refs=[ip["id"]])
        yield sdo("report", name=text(6), description=text(60), report_types=["malware"], published=moment(),
                  object_refs=malware[-5:] + indicators[-10:])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    out = sys.stdout
    out.write('{"type":"bundle","id":"bundle--%s","objects":[\n' % uuid4())
    first = {"type": "identity", "spec_version": "2.1", "id": CREATOR, "created": "2024-01-01T00:00:00.000Z",
             "modified": "2024-01-01T00:00:00.000Z", "name": "Example Group", "identity_class": "organization"}
    json.dump(first, out)
    for n, made in enumerate(objects(count), 2):
        if n > count:
            break
        out.write(",\n")
        json.dump(made, out)
    out.write("\n]}\n")


main()
