"""Reads reports with packages that others wrote, and says what they saw as one line of JSON.

    read.py junit-schema XSD FILE     every place where the file breaks the schema
    read.py junitparser FILE          numbers of cases by outcome, and names
    read.py haralyzer FILE            number of entries, and URLs
    read.py svg FILE                  root element, and every attribute or text that names something outside
    read.py markdown FILE             elements and links that the renderer of GitHub makes of it
"""

import json
import sys
from html.parser import HTMLParser


def junit_schema(schema, file):
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(schema))
    schema.validate(etree.parse(file))
    return [f"{e.line}: {e.message}" for e in schema.error_log]


def junitparser(file):
    from junitparser import Error, Failure, JUnitXml, Skipped

    cases = [case for suite in JUnitXml.fromfile(file) for case in suite]
    of = lambda kind: sum(isinstance(r, kind) for case in cases for r in case.result)
    return {"tests": len(cases), "failures": of(Failure), "errors": of(Error), "skipped": of(Skipped),
            "names": sorted(f"{case.classname} {case.name}" for case in cases)}


def haralyzer(file):
    from haralyzer import HarParser

    with open(file, encoding="utf-8") as text:
        har = HarParser(json.load(text))
    entries = har.har_data["entries"]
    return {"version": har.har_data["version"], "entries": len(entries),
            "urls": [entry["request"]["url"] for entry in entries]}


def svg(file):
    from lxml import etree

    outside = []
    root = etree.parse(file).getroot()
    for element in root.iter():
        name = etree.QName(element)
        if name.localname in ("image", "script", "style", "foreignObject", "use", "a"):
            outside.append(name.localname)
        outside.extend(f"{k}={v}" for k, v in element.attrib.items()
                       if k != "aria-label" and ("url(" in v or "://" in v or k.endswith("href") or k.startswith("on")))
    return {"root": etree.QName(root).localname, "outside": outside, "title": root.findtext("{*}title")}


def markdown(file):
    import cmarkgfm
    from cmarkgfm.cmark import Options

    class Elements(HTMLParser):
        seen, links = set(), []

        def handle_starttag(self, tag, attributes):
            self.seen.add(tag)
            self.links.extend(value for name, value in attributes if name in ("href", "src"))

    with open(file, encoding="utf-8") as text:
        html = cmarkgfm.github_flavored_markdown_to_html(text.read(), Options.CMARK_OPT_UNSAFE)
    elements = Elements()
    elements.feed(html)
    return {"elements": sorted(elements.seen), "links": elements.links}


command, *arguments = sys.argv[1:]
print(json.dumps(globals()[command.replace("-", "_")](*arguments)))
