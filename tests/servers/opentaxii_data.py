"""Helps opentaxii.sh.

usage: opentaxii_data.py root DIR TITLE   prints the id of an API root
       opentaxii_data.py load DIR PORT    adds the sample data, and prints the line that tells of the server
"""
import base64
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request
import uuid

import sample_data

TAXII = "application/taxii+json;version=2.1"
AS_PUBLISHED = os.environ.get("AS_PUBLISHED") == "1"


def ids(folder, table):
    with sqlite3.connect(os.path.join(folder, "data.db")) as database:
        return {title: str(uuid.UUID(key)) for key, title in database.execute("select id, title from " + table)}


def ask(url, body=None):
    request = urllib.request.Request(url, headers={
        "Accept": TAXII,
        "Content-Type": TAXII,
        "Authorization": "Basic " + base64.b64encode(b"keeper:keeper-secret").decode(),
    }, data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def load(folder, port):
    base = "http://127.0.0.1:%s" % port
    for attempt in range(100):      # it listens before it answers
        try:
            ask(base + "/taxii2/")
            break
        except OSError:
            time.sleep(0.1)
    roots, collections = ids(folder, "opentaxii_api_root"), ids(folder, "opentaxii_collection")
    # it cannot add what has no `modified`
    everything = [o for o in sample_data.objects if "modified" in o]
    some = [o for o in everything if o["type"] in ("identity", "indicator")]
    for title, objects in (("Private", everything), ("Read and write", everything), ("Read only", some),
                           ("Write only", some), ("Private, second root", some)):
        root = roots["Second root" if title.endswith("second root") else "First root"]
        url = "%s/taxii2/%s/collections/%s/objects/" % (base, root, collections[title])
        for start in range(0, len(objects), 6):
            try:
                status = ask(url, {"objects": objects[start:start + 6]})
                if status["failure_count"]:
                    sys.exit("%s: not all was added: %s" % (title, status))
            except urllib.error.HTTPError as error:
                if not (AS_PUBLISHED and error.code == 500):    # it adds all the same
                    sys.exit("%s: %s" % (title, error))
    run = {"name": "keeper", "user": "keeper", "other_user": "reader", "options": ["--write", "all"]}
    rights = {"name": "reader", "user": "reader", "other_user": "keeper", "options": ["--write", "Read and write"]}
    print(json.dumps({
        "server": "OpenTAXII 0.9.3" + (" as published" if AS_PUBLISHED else ""),
        "url": base + "/taxii2/",
        "accounts": {"keeper": "keeper-secret", "reader": "reader-secret"},
        "sees_all": "keeper",
        "runs": [run, rights],
    }))


if __name__ == "__main__":
    if sys.argv[1] == "root":
        print(ids(sys.argv[2], "opentaxii_api_root")[sys.argv[3]])
    else:
        load(sys.argv[2], sys.argv[3])
