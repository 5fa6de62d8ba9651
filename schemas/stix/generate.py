#!/usr/bin/env python3
"""Writes the JSON Schemas of this directory from facts/objects.json and facts/vocabularies.json.

Run it after every edit of the facts; `cargo test --test stix_schemas` fails where schemas and facts differ.
A schema holds what makes an object invalid (a MUST) and can be said in JSON Schema 2020-12. What the standard only
recommends, or says in two ways (`dispute` in the facts), is left to the rules in src/stix/.
"""
import json
import os
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))
DRAFT = "https://json-schema.org/draft/2020-12/schema"
URN = "urn:taxii-conformance:stix-2.1:"


def load(name):
    with open(os.path.join(HERE, "facts", name), encoding="utf-8") as f:
        return json.load(f)


FACTS = load("objects.json")
VOCABULARIES = {v["name"]: v for v in load("vocabularies.json")["vocabularies"]}
with open(os.path.join(HERE, "facts", "rule-map.tsv"), encoding="utf-8") as f:
    RULE_MAP = dict(line.rstrip("\n").split("\t") for line in f)
CLASS_OF = {t: e["class"] for t, e in FACTS["objects"].items()}
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
NIL = "00000000-0000-0000-0000-000000000000"
TYPE_NAME = "[a-z](?:-?[a-z0-9])*-?"
MAX_INTEGER = 2**53 - 1


def common(name):
    return {"$ref": URN + "common#/$defs/" + name}


def identifier(prefix):
    return "^" + prefix + "--(?:" + UUID + "|" + NIL + ")$"


def reference(owner, prop):
    """An identifier; its type prefix is restricted only where a rule with a MUST restricts it."""
    if f"reference:{owner}.{prop['name']}" not in RULE_MAP:
        return common("reference")
    allowed, classes = [], []
    for target in prop["ref_types"]:
        (classes if target.startswith("@") else allowed).append(target)
    if not classes:
        return {"type": "string", "pattern": identifier("(?:" + "|".join(sorted(allowed)) + ")")}
    # A class: every type of another class is excluded, unknown types may be custom ones of this class.
    wanted = {c[1:] for c in classes}
    if wanted == {"any"}:
        wanted = {"sdo", "sro", "sco", "meta"}
    excluded = sorted(t for t, c in CLASS_OF.items() if c not in wanted and t not in allowed)
    return {"allOf": [common("identifier"), {"not": {"pattern": "^(?:" + "|".join(excluded) + ")--"}}]}


def bounds(prop):
    if prop.get("bound_basis") != "MUST":
        return {}
    return {k: prop[f] for k, f in (("minimum", "min"), ("maximum", "max")) if f in prop}


def of_type(kind, owner, prop):
    """The schema of one type expression of the facts."""
    if kind.startswith("list<"):
        return {"type": "array", "minItems": 1, "items": of_type(kind[5:-1], owner, prop)}
    if kind.startswith("object:"):
        return {"$ref": URN + "nested:" + kind[7:]}
    if kind.startswith("enum:"):
        return {"enum": VOCABULARIES[kind[5:]]["values"]}
    if kind.startswith("open-vocab:"):
        return {"type": "string"}
    if kind.startswith("one-of:"):
        return {"type": "object"}
    if kind == "integer":
        limits = {"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
        return {"type": "integer", **limits, **bounds(prop)}
    if kind == "float":
        return {"type": "number", **bounds(prop)}
    if kind == "identifier":
        return common("identifier") if prop.get("id_of_self") or "ref_types" not in prop else reference(owner, prop)
    if kind == "timestamp":
        return common("timestamp-milliseconds" if prop.get("min_fraction_digits") else "timestamp")
    if kind in ("hex", "binary", "hashes"):
        return common(kind)
    if kind == "dictionary<extension>":
        return extensions(owner)
    if kind == "dictionary":
        return common("dictionary")
    if kind == "dictionary<dictionary>":
        return {**common("dictionary"), "additionalProperties": common("dictionary")}
    if kind.startswith("dictionary<"):
        inner = kind[11:-1]
        if inner == "list<string>":
            value = {"type": "array", "minItems": 1, "items": {"type": "string"}}
            if owner == "email-message":  # shown as plain strings in the standard's own example
                value = {"anyOf": [value, {"type": "string"}]}
        elif inner == "integer|string":
            value = {"anyOf": [of_type("integer", owner, {}), {"type": "string"}]}
        else:
            value = of_type(inner, owner, {})
        return {**common("dictionary"), "additionalProperties": value}
    if kind == "observable-container":
        return {"type": "object", "minProperties": 1, "additionalProperties": {"type": "object"}}
    if kind == "stix-object":
        return {"type": "object"}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "reserved":
        return False
    assert kind == "string", kind
    result = {"type": "string"}
    if "pattern" in prop and prop.get("pattern_level", "MUST") == "MUST":
        result["pattern"] = prop["pattern"]
    if "fixed" in prop:
        result = {"const": prop["fixed"]}
    if "allowed_values" in prop:
        result = {"enum": prop["allowed_values"]}
    if prop.get("dispute") and prop.get("default") is False:
        result = {"type": ["string", "boolean"]}
    return result


def extensions(owner):
    own = FACTS["objects"].get(owner, {}).get("predefined_extensions", [])
    return {
        "$ref": URN + "common#/$defs/extensions",
        "properties": {k: {"$ref": URN + "extension:" + k} for k in own},
        "additionalProperties": common("any-extension"),
    }


def has(props):
    return {"required": list(props)}


def constraint(owner, entry, c):
    """The schema of a cross-property fact, or None where JSON Schema cannot say it or nothing is owed."""
    kind = c["kind"]
    if kind.startswith("should_") or kind in ("order", "charset", "equals_if_present", "list_contains_type"):
        return None
    if kind == "any_of":
        return {"anyOf": [has([p]) for p in c["props"]]}
    if kind == "any_of_sets":
        return {"anyOf": [has(s) for s in c["sets"]]}
    if kind == "exactly_one_of":
        return {"oneOf": [has([p]) for p in c["props"]]}
    if kind == "requires":
        return {"dependentRequired": {c["if_present"]: c["then"]}}
    if kind == "requires_if":
        (prop, value), = c["if_equals"].items()
        return {"if": {**has([prop]), "properties": {prop: {"const": value}}}, "then": has(c["then"])}
    if kind == "requires_if_absent":
        return {"anyOf": [has([c["if_absent"]]), has(c["then"])]}
    if kind == "excludes":
        return {"not": has([c["if_present"], *c["absent"]])}
    if kind == "excludes_if":
        (prop, value), = c["if_equals"].items()
        return {"not": {**has([prop, *c["absent"]]), "properties": {prop: {"const": value}}}}
    if kind == "min_own_properties":
        own = [p["name"] for p in entry["properties"] if p["name"] != "type" and p["name"] not in c.get("excluding", [])]
        return {"anyOf": [has([p]) for p in own]}
    if kind == "list_contains_class":
        excluded = "|".join(sorted(t for t, k in CLASS_OF.items() if k != c["class"][1:]))
        item = {"type": "string", "not": {"pattern": "^(?:" + excluded + ")--"}}
        return {"properties": {c["prop"]: {"contains": item}}}
    if kind == "allowed_only_if_list_contains":
        return {"anyOf": [{"not": has([c["prop"]])}, {"properties": {c["list"]: {"contains": {"const": c["value"]}}}}]}
    raise ValueError(kind)


def holder(name, entry, urn, title):
    """The schema of a STIX Object, an extension or a nested type."""
    properties, required = {}, []
    shared = entry.get("common")
    if shared:
        for p in FACTS["common_properties"]:
            if p["name"] in shared["not_applicable"]:
                properties[p["name"]] = not_applicable(name, p)
                continue
            properties[p["name"]] = of_type(p["type"], name, p)
            if p["name"] in shared["required"]:
                required.append(p["name"])
        properties["id"] = {"type": "string", "pattern": identifier(name)}
    for p in entry["properties"]:
        if p["name"] == "id":
            continue
        properties[p["name"]] = of_type(p["type"], name, p)
        if p["required"] and not p.get("dispute"):
            required.append(p["name"])
    if urn.startswith("extension:"):
        properties["extension_type"] = {"enum": VOCABULARIES["extension-type-enum"]["values"]}
    schema = {"$schema": DRAFT, "$id": URN + urn, "title": title, "$comment": "STIX 2.1, section " + entry["properties_section"]}
    schema["type"] = "object"
    schema["required"] = list(dict.fromkeys(required))
    schema["properties"] = properties
    if shared and name != "bundle":
        for r in load("vocabularies.json")["reserved_names"]["names"]:
            properties.setdefault(r, False)
    schema["propertyNames"] = common("property-name")
    schema["additionalProperties"] = common("own-value")
    rules = [s for s in (constraint(name, entry, c) for c in entry["constraints"]) if s]
    if name == "marking-definition":
        for nested, other in (("statement", "tlp"), ("tlp", "statement")):
            marked = {**has(["definition_type"]), "properties": {"definition_type": {"const": nested}}}
            content = {"$ref": URN + "nested:" + nested + "-marking", "not": {**has([other]), "type": "object"}}
            rules.append({"if": marked, "then": {"properties": {"definition": content}}})
    if rules:
        schema["allOf"] = rules
    return schema


def not_applicable(owner, prop):
    """A common property where the standard calls it not applicable. Its type still holds, but on a bundle anything goes."""
    if owner == "bundle":
        return True
    if prop["name"] == "defanged":
        return False
    return of_type(prop["type"], "@common", {**prop, "min_fraction_digits": 0})


def common_definitions():
    V = load("vocabularies.json")
    lengths = {a["name"]: a["hex_length"] for a in V["hash_constraints"]["algorithms"] if "hex_length" in a}
    hashes = {n: {"pattern": "^[0-9a-fA-F]{%d}$" % length} for n, length in lengths.items() if n != "TLSH"}
    hashes["TLSH"] = {"pattern": "^(?:T1)?[0-9a-fA-F]{70}$"}
    hashes["SSDEEP"] = {"pattern": "^[0-9]+:[^:]*:.*$"}
    day = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    clock = "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    key = "^[A-Za-z0-9_-]*$"
    extension_type = {"enum": VOCABULARIES["extension-type-enum"]["values"]}
    any_extension = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": common("property-name"),
        "properties": {"extension_type": extension_type},
        "additionalProperties": common("value"),
    }
    return {
        "$schema": DRAFT,
        "$id": URN + "common",
        "title": "Data types that every schema shares",
        "$comment": "STIX 2.1, sections 2 and 3",
        "$defs": {
            "identifier": {"type": "string", "pattern": identifier("(?=[a-z0-9-]{3,250}--)" + TYPE_NAME)},
            "reference": {"allOf": [common("identifier"), {"not": {"pattern": "^bundle--"}}]},
            "timestamp": {"type": "string", "pattern": "^" + day + clock + "(?:\\.[0-9]+)?Z$"},
            "timestamp-milliseconds": {"type": "string", "pattern": "^" + day + clock + "\\.[0-9]{3,}Z$"},
            "hex": {"type": "string", "pattern": "^(?:[0-9a-f]{2})*$"},
            "binary": {"type": "string", "pattern": "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$| \\.\\.\\.$"},
            "property-name": {"pattern": "^(?:id|[a-z][a-z0-9_]{2,249})$"},
            "hashes": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[A-Za-z0-9_-]{3,250}$"},
                "properties": hashes,
                "patternProperties": {"": {"type": "string"}},
            },
            "dictionary": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": key, "maxLength": 250},
                "additionalProperties": common("value"),
            },
            "value": {
                "$comment": "any value that some data type of section 2 allows",
                "anyOf": [
                    {"type": ["string", "number", "boolean"]},
                    {"type": "array", "minItems": 1, "items": common("value")},
                    {"type": "object", "minProperties": 1, "propertyNames": {"pattern": key, "maxLength": 250}, "additionalProperties": common("value")},
                ],
            },
            "any-extension": any_extension,
            "own-value": {
                "$comment": "a property that the standard does not define",
                "anyOf": [common("value"), {"type": "null"}],
            },
            "extensions": {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {identifier("extension-definition"): {"type": "object", "required": ["extension_type"]}},
                "propertyNames": {"pattern": key, "maxLength": 250},
            },
        },
    }


def custom():
    """Types that the standard does not define, by an extension (7.3) or without one (11.2)."""
    def kind(name):
        entry = {"required": ["extension_type"], "properties": {"extension_type": {"const": name}}}
        return {"required": ["extensions"], "properties": {"extensions": {"type": "object", "not": {"additionalProperties": {"not": entry}}}}}
    properties = {p["name"]: of_type(p["type"], "@custom", p) for p in FACTS["common_properties"]}
    properties["type"] = {"type": "string", "pattern": "^" + TYPE_NAME + "$", "minLength": 3, "maxLength": 250,
                          "not": {"enum": list(FACTS["objects"])}}
    for r in load("vocabularies.json")["reserved_names"]["names"]:
        properties[r] = False
    versioned = {"required": ["spec_version", "created", "modified"], "properties": {"defanged": False}}
    looks_like_sco = {"properties": {"id": {"type": "string", "pattern": "--.{8}-.{4}-5"}}, "not": {"anyOf": [has(["created"]), has(["modified"])]}}
    return {
        "$schema": DRAFT,
        "$id": URN + "custom",
        "title": "A STIX Object of a type that the standard does not define",
        "$comment": "STIX 2.1, sections 7.3 and 11.2",
        "type": "object",
        "required": ["type", "id"],
        "properties": properties,
        "propertyNames": common("property-name"),
        "additionalProperties": common("own-value"),
        "allOf": [
            {"if": {"anyOf": [kind("new-sdo"), kind("new-sro")]}, "then": versioned,
             "else": {"if": {"not": {"anyOf": [kind("new-sco"), looks_like_sco]}}, "then": has(["created", "modified"])}},
        ],
    }


def write(folder, name, schema):
    path = os.path.join(HERE, folder)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, name + ".json"), "w", encoding="utf-8") as f:
        json.dump(schema, f, indent=1, ensure_ascii=False)
        f.write("\n")


def main():
    for folder in ("sdo", "sro", "sco", "meta", "extension", "nested"):
        shutil.rmtree(os.path.join(HERE, folder), ignore_errors=True)
    for name, entry in FACTS["objects"].items():
        folder = "" if name == "bundle" else entry["class"]
        write(folder, name, holder(name, entry, name, name))
    for name, entry in FACTS["extensions"].items():
        write("extension", name, holder(name, entry, "extension:" + name, name))
    for name, entry in FACTS["nested_types"].items():
        write("nested", name, holder(name, entry, "nested:" + name, name))
    write("", "common", common_definitions())
    write("", "custom", custom())


if __name__ == "__main__":
    main()
