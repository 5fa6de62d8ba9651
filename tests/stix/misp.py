"""A MISP event with one attribute of each kind and a few objects, converted to STIX 2.1 by misp-stix."""

import json

from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent, MISPObject

DAY = "2024-03-05"
HASHES = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128, "sha512/224": 56,
    "sha512/256": 64, "imphash": 32, "authentihash": 64, "pehash": 40,
}
ATTRIBUTES = {
    "ip-src": "198.51.100.7", "ip-dst": "203.0.113.9", "ip-src|port": "198.51.100.7|443", "ip-dst|port": "203.0.113.9|80",
    "domain": "example.org", "domain|ip": "example.org|198.51.100.7", "hostname": "www.example.org",
    "hostname|port": "www.example.org|8080", "url": "https://example.org/a?b=c", "uri": "/a/b", "link": "https://example.org/r",
    "email": "ada@example.org", "email-src": "ada@example.org", "email-dst": "bob@example.org", "email-subject": "It's due",
    "email-attachment": "invoice.exe", "email-body": "See \\ attached", "email-reply-to": "ada@example.org",
    "email-x-mailer": "mailer 1", "email-message-id": "<1@example.org>", "email-header": "X-A: b",
    "filename": "a 'quoted' name.exe", "filename|md5": "a.exe|" + "a" * 32, "filename|sha256": "b.exe|" + "b" * 64,
    "regkey": "HKEY_LOCAL_MACHINE\\Software\\A", "regkey|value": "HKEY_LOCAL_MACHINE\\Software\\A|b", "mutex": "Global\\m",
    "mac-address": "00:11:22:aa:bb:cc", "AS": "AS64496", "user-agent": "agent/1.0", "http-method": "POST", "port": "443",
    "vulnerability": "CVE-2024-0001", "campaign-name": "Winter", "comment": "A comment", "text": "Some text",
    "github-username": "ada", "process-state": "running", "x509-fingerprint-sha1": "c" * 40,
    "x509-fingerprint-sha256": "d" * 64, "x509-fingerprint-md5": "e" * 32, "named pipe": "\\.\\pipe\\p", "size-in-bytes": "10",
    "sigma": "title: a", "snort": "alert tcp any any -> any any (sid:1;)", "yara": "rule a { condition: true }",
    "cookie": "a=b", "jabber-id": "ada@example.org", "mobile-application-id": "org.example", "other": "x", "target-user": "ada",
}
OBJECTS = {
    "file": {"filename": "x.exe", "md5": "1" * 32, "sha256": "2" * 64, "size-in-bytes": "77", "path": "C:\\Temp"},
    "domain-ip": {"domain": "two.example.org", "ip": "203.0.113.10"},
    "ip-port": {"ip-dst": "203.0.113.11", "dst-port": "8443"},
    "url": {"url": "https://example.org/z", "domain": "example.org"},
    "email": {"from": "ada@example.org", "to": "bob@example.org", "subject": "Hi", "message-id": "<2@example.org>"},
    "network-connection": {"ip-src": "198.51.100.1", "ip-dst": "198.51.100.2", "dst-port": "53", "layer4-protocol": "UDP"},
    "registry-key": {"key": "HKEY_CURRENT_USER\\Software\\B", "name": "n", "data": "d"},
    "process": {"pid": "77", "name": "p.exe", "command-line": "p.exe /q"},
    "x509": {"issuer": "CN=CA", "serial-number": "01", "x509-fingerprint-sha1": "f" * 40},
    "user-account": {"username": "ada", "user-id": "7", "account-type": "unix"},
    "asn": {"asn": "AS64497", "description": "Example"},
    "vulnerability": {"id": "CVE-2024-0002", "summary": "A hole"},
    "attack-pattern": {"id": "163", "name": "Spear phishing", "summary": "By mail"},
    "course-of-action": {"name": "Patch", "description": "Apply it"},
    "credential": {"username": "ada", "password": "secret"},
    "mutex": {"name": "Global\\n"},
}


def event(to_ids):
    """The event, its attributes marked as indicators or not."""
    out = MISPEvent()
    out.from_dict(info="Everything", date=DAY, uuid="9f8d7c6b-5a49-4838-a726-150403f2e1d%d" % to_ids, timestamp="1709600000",
                  published=True, publish_timestamp="1709600001", distribution="1", analysis="2", threat_level_id="1",
                  Orgc={"name": "Example", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f"})
    values = ATTRIBUTES | {kind: ("0123456789abcdef" * 8)[:length] for kind, length in HASHES.items()}
    values["tlsh"] = "T1" + "AB" * 35
    for number, (kind, value) in enumerate(sorted(values.items())):
        out.add_attribute(kind, value, to_ids=to_ids, timestamp="1709600000",
                          uuid="00000000-%04x-4000-8000-%012x" % (to_ids, number))
    for number, (name, attributes) in enumerate(sorted(OBJECTS.items())):
        made = MISPObject(name, standalone=False)
        made.uuid, made.timestamp = "00000001-%04x-4000-8000-%012x" % (to_ids, number), "1709600000"
        for index, (relation, value) in enumerate(sorted(attributes.items())):
            made.add_attribute(relation, value=value, to_ids=to_ids,
                               timestamp="1709600000", uuid="00000002-%04x-4000-8%03x-%012x" % (to_ids, number, index))
        out.add_object(made)
    return out


def converted():
    """The objects of the STIX bundles that the converter makes of both events."""
    for to_ids in (True, False):
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(event(to_ids))
        yield from json.loads(parser.bundle.serialize())["objects"]
