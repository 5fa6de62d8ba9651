//! From the facts to the tables.

use std::collections::HashMap;

use super::Level;
use super::constraint;
use super::facts::{self, Facts, Holder, Property};
use super::names::Names;
use super::register;
use super::tables::{
    Class, Format, Kind, Owner, Presence, Prop, Range, Refs, Relationships, Tables, Tlp, TypeSet, Values, Vocabulary,
};

/// A string that lives as long as the process; only called while the tables are built.
fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// What compiling an owner needs to know of the rest.
struct Context {
    rules: HashMap<&'static str, &'static str>,
    types: Vec<&'static str>,
    classes: Vec<Class>,
    vocabularies: Vec<&'static str>,
    nested: Vec<&'static str>,
    first_nested: usize,
    reserved: Vec<String>,
}

impl Context {
    fn rule(&self, what: &str, owner: &str, prop: &str) -> Option<&'static str> {
        self.rules.get(format!("{what}:{owner}.{prop}").as_str()).copied()
    }

    fn class_set(&self, class: Class) -> TypeSet {
        self.classes.iter().enumerate().filter(|(_, c)| **c == class).fold(0, |set, (i, _)| set | 1 << i)
    }
}

fn class_of(name: &str) -> Class {
    match name {
        "sdo" => Class::Sdo,
        "sro" => Class::Sro,
        "sco" => Class::Sco,
        "meta" => Class::Meta,
        "bundle" => Class::Bundle,
        _ => Class::Part,
    }
}

/// Reads the facts. They are part of the program: a fault in them is a fault of the build, found by every test.
pub(super) fn load() -> Tables {
    let facts: Facts = serde_json::from_str(facts::OBJECTS).expect("facts/objects.json");
    let words: facts::Vocabularies = serde_json::from_str(facts::VOCABULARIES).expect("facts/vocabularies.json");
    let holders = |map: &serde_json::Map<String, serde_json::Value>| -> Vec<(&'static str, Holder)> {
        map.iter()
            .map(|(name, v)| (keep(name), serde_json::from_value(v.clone()).expect("facts/objects.json: holder")))
            .collect()
    };
    let (objects, extensions, nested) =
        (holders(&facts.objects), holders(&facts.extensions), holders(&facts.nested_types));
    let context = Context {
        rules: facts::RULE_MAP
            .lines()
            .filter_map(|l| l.split_once('\t'))
            .map(|(key, id)| (key, register::rule(id).expect("facts/rule-map.tsv names a known rule").id))
            .collect(),
        types: objects.iter().map(|(n, _)| *n).collect(),
        classes: objects.iter().map(|(_, h)| class_of(&h.class)).collect(),
        vocabularies: words.vocabularies.iter().map(|v| keep(&v.name)).collect(),
        nested: nested.iter().map(|(n, _)| *n).collect(),
        first_nested: objects.len() + extensions.len(),
        reserved: words.reserved_names.names,
    };
    let mut owners: Vec<Owner> = objects
        .iter()
        .chain(&extensions)
        .chain(&nested)
        .map(|(name, holder)| owner(name, holder, &facts.common_properties, &context))
        .collect();
    let custom = owners.len();
    owners.push(custom_owner(&facts.common_properties, &context));
    let position =
        |name: &str| context.nested.iter().position(|n| *n == name).map_or(custom, |i| context.first_nested + i);
    Tables {
        types: Names::new(context.types.clone()),
        extensions: Names::new(extensions.iter().map(|(n, _)| *n).collect()),
        first_extension: objects.len(),
        custom,
        statement_marking: position("statement-marking"),
        tlp_marking: position("tlp-marking"),
        vocabularies: words
            .vocabularies
            .iter()
            .map(|v| Vocabulary {
                name: keep(&v.name),
                open: v.open,
                values: Names::new(v.values.iter().map(|x| keep(x)).collect()),
            })
            .collect(),
        hash_names: Names::new(words.hash_constraints.algorithms.iter().map(|a| keep(&a.name)).collect()),
        hash_lengths: words.hash_constraints.algorithms.iter().map(|a| a.hex_length).collect(),
        tlp: words
            .tlp_marking_definitions
            .objects
            .iter()
            .map(|t| Tlp {
                id: keep(&t.id),
                created: keep(&t.created),
                name: keep(&t.name),
                level: keep(&t.definition.tlp),
            })
            .collect(),
        relationships: relationships(&context),
        scos: context.class_set(Class::Sco),
        owners,
    }
}

fn owner(name: &'static str, holder: &Holder, common: &[Property], context: &Context) -> Owner {
    let class = class_of(&holder.class);
    let mut rows: Vec<Property> = Vec::new();
    let mut not_applicable: Vec<&str> = Vec::new();
    if let Some(shared) = &holder.common {
        not_applicable.extend(shared.not_applicable.iter().map(String::as_str));
        rows.extend(common.iter().map(|p| Property { required: shared.required.contains(&p.name), ..p.clone() }));
    }
    for own in &holder.properties {
        let own = own.clone();
        match rows.iter_mut().find(|r| r.name == own.name) {
            // A type's own row narrows the common one; whether it is required stands in the common table too.
            Some(row) if own.name == "id" => row.required |= own.required,
            Some(row) => *row = Property { required: row.required || own.required, ..own },
            None => rows.push(own),
        }
    }
    let is_object = holder.common.is_some() && class != Class::Bundle;
    if is_object {
        add_reserved(&mut rows, &context.reserved);
    }
    if class == Class::Part && context.rules.contains_key(format!("extension-key:{name}").as_str()) {
        rows.push(extension_type());
    }
    let props: Vec<Prop> = rows
        .iter()
        .map(|row| {
            let mut prop = property(name, row, context);
            if not_applicable.contains(&row.name.as_str()) {
                prop.presence =
                    if row.name == "defanged" && is_object { Presence::NotDefanged } else { Presence::NotApplicable };
                if let Kind::Timestamp { decimals, .. } = &mut prop.kind {
                    *decimals = 0;
                }
            }
            prop
        })
        .collect();
    assert!(props.len() <= 64, "{name} has more properties than a set of bits holds");
    let names = Names::new(props.iter().map(|p| p.name).collect());
    let bits = |wanted: &dyn Fn(&Property) -> bool| {
        rows.iter().filter(|r| wanted(r)).fold(0, |set, r| set | names.get(&r.name).map_or(0, |i| 1 << i))
    };
    let own: Vec<&'static str> = holder.properties.iter().map(|p| keep(&p.name)).collect();
    let rule_of = |what: &str| context.rules.get(format!("{what}:{name}").as_str()).copied();
    let classes = |class: &str| context.class_set(class_of(class));
    Owner {
        name,
        class,
        required: bits(&|r| r.required && r.dispute.is_none()),
        disputed: bits(&|r| (r.required && r.dispute.is_some()) || r.name == "is_family"),
        checks: holder
            .constraints
            .iter()
            .flat_map(|c| constraint::compile(c, &names, &own, &classes, &context.types))
            .collect(),
        contributing: holder.id_contributing.iter().map(|p| keep(p)).collect(),
        extensions: holder.predefined_extensions.iter().map(|p| keep(p)).collect(),
        protocol: holder.protocol_value.as_deref().map(keep),
        name_rule: rule_of("type").or_else(|| rule_of("extension-key")),
        extension_names_rule: rule_of("extension-names").unwrap_or("S21-3.2-17"),
        extension_value_rule: rule_of("extension-value").unwrap_or("S21-3.2-18"),
        names,
        props,
    }
}

fn extension_type() -> Property {
    serde_json::from_value(serde_json::json!({"name": "extension_type", "type": "enum:extension-type-enum"}))
        .expect("a property row")
}

fn add_reserved(rows: &mut Vec<Property>, reserved: &[String]) {
    for name in reserved {
        if !rows.iter().any(|r| r.name == *name) {
            let row = serde_json::json!({"name": name, "type": "reserved"});
            rows.push(serde_json::from_value(row).expect("a property row"));
        }
    }
}

/// Types that the standard does not define have the common properties, all optional but `type` and `id`;
/// which of the others they owe is the rule of `custom.rs`.
fn custom_owner(common: &[Property], context: &Context) -> Owner {
    let mut rows: Vec<Property> = common.to_vec();
    for row in &mut rows {
        row.required = matches!(row.name.as_str(), "type" | "id");
    }
    add_reserved(&mut rows, &context.reserved);
    let props: Vec<Prop> = rows.iter().map(|row| property("@custom", row, context)).collect();
    let names = Names::new(props.iter().map(|p| p.name).collect());
    let order = serde_json::json!({"kind": "order", "later": "modified", "op": ">=", "earlier": "created", "rules": ["S21-3.2-06"]});
    let order = serde_json::from_value(order).expect("a constraint");
    Owner {
        name: "custom",
        class: Class::Custom,
        required: names.get("type").map_or(0, |i| 1 << i) | names.get("id").map_or(0, |i| 1 << i),
        disputed: 0,
        checks: constraint::compile(&order, &names, &[], &|_| 0, &context.types),
        contributing: Vec::new(),
        extensions: Vec::new(),
        protocol: None,
        name_rule: None,
        extension_names_rule: "S21-3.2-17",
        extension_value_rule: "S21-3.2-18",
        names,
        props,
    }
}

fn property(owner: &str, row: &Property, context: &Context) -> Prop {
    let (list, expression) =
        row.kind.strip_prefix("list<").map_or((false, row.kind.as_str()), |s| (true, s.trim_end_matches('>')));
    let is_id = row.name == "id";
    Prop {
        name: keep(&row.name),
        kind: if is_id { Kind::OwnId } else { kind(owner, expression, row, context) },
        list,
        format: format(row),
        presence: if expression == "reserved" { Presence::Reserved } else { Presence::Allowed },
        range: range(owner, row, context),
        refs: (expression == "identifier" && !is_id).then(|| refs(owner, row, context)),
        vocabulary_rule: context.rule("vocabulary", owner, &row.name),
        hash_rule: context.rule("hash-names", owner, &row.name).unwrap_or("S21-2.7-02"),
        empty_rule: if row.required { "S21-2.3-06" } else { "S21-2.3-05" },
        values_rule: context.rule("values", owner, &row.name).unwrap_or("S21-2.3-07"),
        language_rule: context.rule("language", owner, &row.name).unwrap_or("S21-3.2-12"),
    }
}

fn kind(owner: &str, expression: &str, row: &Property, context: &Context) -> Kind {
    let vocabulary = |name: &str| context.vocabularies.iter().position(|v| *v == name);
    if let Some(fixed) = &row.fixed {
        return Kind::Fixed(keep(fixed));
    }
    if !row.allowed_values.is_empty() {
        return Kind::OneOf(row.allowed_values.iter().map(|v| keep(v)).collect());
    }
    if let Some(name) = expression.strip_prefix("object:") {
        let index = context.nested.iter().position(|n| *n == name).expect("a nested type of the facts");
        return Kind::Part(context.first_nested + index);
    }
    if let Some(name) = expression.strip_prefix("enum:").or_else(|| expression.strip_prefix("open-vocab:")) {
        return vocabulary(name).map_or(Kind::MarkingType, Kind::Vocabulary);
    }
    match expression {
        "string" if row.dispute.is_some() && row.name == "summary" => Kind::StringOrBoolean,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "float" => Kind::Float,
        "hex" => Kind::Hex,
        "binary" => Kind::Binary,
        "timestamp" => {
            Kind::Timestamp { decimals: row.min_fraction_digits.unwrap_or(0), whole: row.fraction_digits == Some(0) }
        }
        "identifier" => Kind::Identifier,
        "hashes" => Kind::Hashes,
        "dictionary" => Kind::Dictionary(Values::Any),
        "dictionary<string>" => Kind::Dictionary(Values::String),
        "dictionary<integer>" => Kind::Dictionary(Values::Integer),
        "dictionary<integer|string>" => Kind::Dictionary(Values::IntegerOrString),
        "dictionary<list<string>>" => {
            Kind::Dictionary(Values::StringLists { plain_strings_tolerated: owner == "email-message" })
        }
        "dictionary<dictionary>" => Kind::Dictionary(Values::Translations),
        "dictionary<extension>" => Kind::Extensions,
        "observable-container" => Kind::Container,
        "stix-object" => Kind::Objects,
        "reserved" => Kind::Reserved,
        _ if expression.starts_with("one-of:") => Kind::Marking,
        _ => Kind::String,
    }
}

fn format(row: &Property) -> Format {
    match row.format.as_deref().or(row.item_format.as_deref()).unwrap_or("") {
        "rfc5646" => Format::Language,
        "url" | "rfc3986-url" => Format::Url,
        "rfc3986" => Format::UrlReference,
        "rfc1034+rfc5890" => Format::Domain,
        "rfc5322-addr-spec" => Format::Email,
        "ipv4-or-cidr" => Format::Ipv4,
        "ipv6-or-cidr" => Format::Ipv6,
        "cpe-2.3" => Format::Cpe,
        "iso3166-1-alpha-2" => Format::Country,
        "iso3166-2" => Format::Subdivision,
        "media-type" => Format::MediaType,
        "charset" => Format::Charset,
        "hyphenated-lower-case" => Format::HyphenatedLowerCase,
        "lower-case" => Format::LowerCase,
        "service-name" => Format::ServiceName,
        "registry-key" => Format::RegistryKey,
        "basic-constraints" => Format::BasicConstraints,
        _ => match row.name.as_str() {
            // Given by a pattern in the facts; the scans stand beside the other forms.
            "relationship_type" => Format::RelationshipType,
            "priority" => Format::PriorityClass,
            "value" if row.kind == "string" => Format::Mac,
            _ => Format::None,
        },
    }
}

fn range(owner: &str, row: &Property, context: &Context) -> Option<Range> {
    if row.min.is_none() && row.max.is_none() {
        return None;
    }
    let level = if row.bound_basis.as_deref() == Some("MUST") { Level::Must } else { Level::Should };
    let rule = context.rule("range", owner, &row.name).or(match row.name.as_str() {
        "confidence" => Some("S21-3.2-10"),
        "number_of_sections" => Some("U21-6.7-02"),
        "number_of_symbols" => Some("U21-6.7-03"),
        "entropy" => Some("U21-6.7-04"),
        "socket_descriptor" => Some("U21-6.12-06"),
        _ => Some("U21-6.12-01"),
    });
    Some(Range { min: row.min.unwrap_or(f64::NEG_INFINITY), max: row.max.unwrap_or(f64::INFINITY), level, rule })
}

fn refs(owner: &str, row: &Property, context: &Context) -> Refs {
    let mut types = 0;
    let mut custom = false;
    for target in &row.ref_types {
        match target.as_str() {
            "@any" => {
                custom = true;
                types |= !context.class_set(Class::Bundle);
            }
            class if class.starts_with('@') => {
                custom = true;
                types |= context.class_set(class_of(&class[1..]));
            }
            name => types |= context.types.iter().position(|t| *t == name).map_or(0, |i| 1 << i),
        }
    }
    let rule = context.rule("reference", owner, &row.name);
    Refs {
        types,
        custom,
        level: if rule.is_some() { Level::Must } else { Level::Should },
        rule: rule.or_else(|| stated_reference(owner, &row.name)),
        wanted: row.ref_types.iter().map(|t| spoken(t)).collect::<Vec<_>>().join(" or "),
    }
}

fn spoken(target: &str) -> String {
    match target {
        "@sdo" => "an SDO".into(),
        "@sro" => "an SRO".into(),
        "@sco" => "an SCO".into(),
        "@any" => "a STIX Object".into(),
        name => name.to_owned(),
    }
}

/// References whose targets the standard names without a keyword.
fn stated_reference(owner: &str, prop: &str) -> Option<&'static str> {
    Some(match (owner, prop) {
        (_, "created_by_ref") => "U21-3.2-02",
        (_, "object_marking_refs" | "marking_ref") => "U21-3.2-03",
        ("malware", "sample_refs") => "U21-4.11-01",
        ("malware-analysis", "analysis_sco_refs") => "U21-4.12-01",
        ("malware-analysis", "sample_ref") => "U21-4.12-02",
        ("observed-data", "object_refs") => "U21-4.14-01",
        ("file", "contains_refs") => "U21-6.7-01",
        _ => return None,
    })
}

fn relationships(context: &Context) -> Relationships {
    let facts: facts::Relationships = serde_json::from_str(facts::RELATIONSHIPS).expect("facts/relationships.json");
    let mut names: Vec<&'static str> = Vec::new();
    for name in facts.triples.iter().map(|t| &t.name).chain(facts.common.iter().map(|c| &c.name)) {
        if !names.contains(&name.as_str()) {
            names.push(keep(name));
        }
    }
    let mut targets = vec![vec![0; context.types.len()]; names.len()];
    let at = |name: &str| context.types.iter().position(|t| *t == name);
    for triple in &facts.triples {
        let (Some(row), Some(source)) = (names.iter().position(|n| *n == triple.name), at(&triple.source)) else {
            continue;
        };
        targets[row][source] |= if triple.target == "@sco" {
            context.class_set(Class::Sco)
        } else {
            at(&triple.target).map_or(0, |i| 1 << i)
        };
    }
    let common = |wanted: &dyn Fn(&facts::CommonRelationship) -> bool| {
        names.iter().map(|n| facts.common.iter().any(|c| c.name == *n && wanted(c))).collect()
    };
    Relationships { same_type: common(&|c| c.same_type), common: common(&|_| true), names: Names::new(names), targets }
}
