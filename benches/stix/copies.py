#!/usr/bin/env python3
"""Makes a large bundle of real content: copies of what a converter made, each with ids of its own.

usage: copies.py COUNT < OBJECTS.json > bundle.json

Cyber-observables keep their ids, which follow from their content; everything else gets a new UUID in each copy.
"""
import json
import re
import sys
import uuid

SCO = ("artifact autonomous-system directory domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex "
       "network-traffic process software url user-account windows-registry-key x509-certificate marking-definition").split()
ID = re.compile(r'"([a-z0-9-]+)--([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"')


def main():
    objects = [json.dumps(item) for item in json.load(sys.stdin)]
    count = int(sys.argv[1])
    sys.stdout.write('{"type":"bundle","id":"bundle--%s","objects":[\n' % uuid.UUID(int=1, version=4))
    for n in range(count):
        def new(match, copy=n):
            kind, old = match.groups()
            if kind in SCO:
                return match.group(0)
            made = uuid.UUID(bytes=uuid.uuid5(uuid.UUID(int=copy // len(objects)), old).bytes, version=4)
            return '"%s--%s"' % (kind, made)
        sys.stdout.write((",\n" if n else "") + ID.sub(new, objects[n % len(objects)]))
    sys.stdout.write("\n]}\n")


main()
