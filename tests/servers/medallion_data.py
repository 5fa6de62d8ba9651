"""Writes medallion's configuration and data into a folder, and prints the line that tells of the server.

usage: medallion_data.py DIR PORT
"""
import datetime
import json
import os
import sys

import sample_data

folder, port = sys.argv[1:]
STIX = "application/stix+json;version=2.1"
BEGIN = datetime.datetime(2024, 3, 1, 8, 0, 0, 250)

# an object with a property named version makes medallion 3.0.0 answer 500 for its whole collection
everything = [o for o in sample_data.objects if "version" not in o]
some = [o for o in everything if o["type"] in ("identity", "indicator")]


def added(position):
    """Most objects have a date of their own; every sixth shares it with the one before."""
    seconds = 0.75 * (position - (position % 6 == 5))
    return (BEGIN + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def collection(identifier, title, can_read, can_write, objects):
    records, held = [], []
    for position, known in enumerate(objects):
        date, known = added(position), dict(known)
        version = known.get("modified", known.get("created", date))
        if version == date:
            known["_date_added"] = date     # what medallion takes for the version of an observable
        held.append(known)
        records.append({"id": known["id"], "date_added": date, "version": version, "media_type": STIX})
    return {"id": identifier, "title": title, "can_read": can_read, "can_write": can_write,
            "media_types": [STIX], "manifest": records, "objects": held}


def root(title, *collections):
    information = {"title": title, "versions": ["application/taxii+json;version=2.1"],
                   "max_content_length": 1 << 20}
    return {"information": information, "status": [], "collections": list(collections)}


data = {
    "/discovery": {"title": "medallion for tests", "description": "Synthetic data.", "default": "/first/",
                   "api_roots": ["/first/", "/second/"]},
    "first": root(
        "First root",
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b101", "Read and write", True, True, everything),
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b102", "Read only", True, False, some),
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b103", "Write only", False, True, some),
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b104", "Neither", False, False, some),
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b105", "Empty", True, True, []),
    ),
    "second": root(
        "Second root",
        collection("c1a5e2b0-4d0f-4b6c-8a1e-3f2a60d7b201", "Read and write, second root", True, True, some),
    ),
}
config = {
    "users": {"reader": "reader-secret", "other": "other-secret"},
    "taxii": {"max_page_size": 30},
    "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
                "filename": os.path.join(folder, "data.json")},
}
for name, content in (("data.json", data), ("config.json", config)):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)

print(json.dumps({
    "server": "medallion 3.0.0",
    "url": "http://127.0.0.1:%s/taxii2/" % port,
    "accounts": {"reader": "reader-secret", "other": "other-secret"},
    "sees_all": "reader",
    "runs": [{"name": "reader", "user": "reader", "other_user": "other",
              # its memory backend sorts a shared list in place: now and then a request that comes meanwhile finds
              # the collection empty
              "options": ["--write", "all", "--jobs", "1"]}],
}))
