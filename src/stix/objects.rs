//! Rules that belong to one type and that no table says.

use super::node::{Node, member};
use super::tables::{Class, Kind, Presence};
use super::view::View;
use super::walk::Walk;
use super::{deterministic, identifier};

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn of_type(&mut self, view: &View<'n, '_, 'a>) {
        match view.owner.name {
            "attack-pattern" => self.catalogued(view, "capec", "CAPEC", is_capec, ["S21-4.1-02", "S21-4.1-03"]),
            "vulnerability" => self.catalogued(view, "cve", "CVE", is_cve, ["S21-4.19-02", "S21-4.19-03"]),
            "indicator" => self.indicator(view),
            "location" => self.advise(view, "latitude", "precision", "S21-4.10-03"),
            "relationship" => self.relationship(view),
            "marking-definition" => {
                if let (Some(owner), Some(Node::Object(content))) =
                    (self.marking_content(view), view.named("definition"))
                {
                    self.holder(owner, content, &view.path.key("definition"));
                }
                self.marking_definition(view);
            }
            "granular-marking" => self.selectors(view),
            "extension-definition" => self.extension_definition(view),
            "email-message" => self.encoded_words(view),
            "network-traffic" => {
                self.advise(view, "protocols", "src_port", "S21-6.12-02");
                self.advise(view, "protocols", "dst_port", "S21-6.12-02");
            }
            _ => {}
        }
        match view.owner.class {
            Class::Sco => self.versioned_sco(view),
            Class::Sdo | Class::Sro => {
                self.language(view);
                self.labels(view);
            }
            _ => {}
        }
    }

    /// `wanted` is advised where `given` is there.
    pub(super) fn advise(&mut self, view: &View<'n, '_, 'a>, given: &str, wanted: &'static str, rule: &'static str) {
        if self.advice && view.named(given).is_some() && view.named(wanted).is_none() {
            self.should(view.path, "missing-recommended", rule, || {
                format!("{} should have `{wanted}`", view.owner.name)
            });
        }
    }

    /// External references to a catalogue: its name as source, the identifier in its form.
    fn catalogued(
        &mut self,
        view: &View<'n, '_, 'a>,
        source: &str,
        prefix: &str,
        form: fn(&str) -> bool,
        rules: [&'static str; 2],
    ) {
        let list = view.path.key("external_references");
        for (i, reference) in
            view.named("external_references").and_then(Node::as_array).unwrap_or(&[]).iter().enumerate()
        {
            let text = |name| reference.get(name).and_then(Node::as_str);
            let (Some(name), Some(id)) = (text("source_name"), text("external_id")) else {
                continue;
            };
            let here = list.index(i);
            if name == source && !form(id) {
                self.must(&here.key("external_id"), "catalogue-id", rules[1], || {
                    format!("{id:?} is not of the form of a {prefix} identifier")
                });
            } else if name != source && form(id) {
                self.must(&here.key("source_name"), "catalogue-source", rules[0], || {
                    format!("the source of {id} has to be {source:?}, not {name:?}")
                });
            }
        }
    }

    /// The name of a relationship among the tables of the standard (3.7, 5.1, Appendix B): all of it is advice.
    fn relationship(&mut self, view: &View<'n, '_, 'a>) {
        let ends = (view.text("source_ref"), view.text("target_ref"), view.text("relationship_type"));
        let (Some(source), Some(target), Some(name)) = ends else {
            return;
        };
        if !self.advice {
            return;
        }
        let kind = |id: &str| id.split_once("--").and_then(|(t, _)| self.tables.types.get(t));
        let here = view.path.key("relationship_type");
        let table = &self.tables.relationships;
        let Some(row) = table.names.get(name) else {
            let hint = super::walk::suggestion(name, table.names.iter());
            return self.should(&here, "relationship-type", "S21-5.1-01", || {
                format!("{name:?} is no relationship type of the standard{hint}")
            });
        };
        let (Some(from), Some(to)) = (kind(source), kind(target)) else {
            return;
        };
        let (from_name, to_name) = (self.tables.owners[from].name, self.tables.owners[to].name);
        if table.same_type[row] && from != to {
            self.should(&here, "relationship-ends", "U21-3.7-01", || {
                format!("{name} joins objects of one type, not {from_name} and {to_name}")
            });
        } else if !table.common[row] && table.targets[row][from] & 1 << to == 0 {
            self.should(&here, "relationship-ends", "S21-5.1-04", || {
                format!("the standard has no relationship {from_name} {name} {to_name}")
            });
        }
    }

    fn extension_definition(&mut self, view: &View<'n, '_, 'a>) {
        self.advise(view, "type", "description", "S21-7.3-09");
        let list = view.path.key("extension_properties");
        for (i, item) in view.named("extension_properties").and_then(Node::as_array).unwrap_or(&[]).iter().enumerate() {
            let Some(name) = item.as_str() else { continue };
            let here = list.index(i);
            self.extension_property_name(name, ["S21-7.3-14", "S21-7.3-15", "S21-7.3-16"], &here);
            let custom = &self.tables.owners[self.tables.custom];
            let Some(known) = custom.names.get(name) else { continue };
            if custom.props[known].presence == Presence::Reserved {
                self.must(&here, "reserved-name", "S21-3.8-01", || {
                    format!("`{name}` is reserved for later versions of the standard")
                });
            } else {
                self.must(&here, "extension-redefines", "S21-7.3-01", || {
                    format!("`{name}` is a property of the standard; an extension may not redefine it")
                });
            }
        }
    }

    /// Header fields are decoded before they become properties (6.6).
    fn encoded_words(&mut self, view: &View<'n, '_, 'a>) {
        if let Some(subject) = view.text("subject").filter(|s| has_encoded_word(s)) {
            self.must(&view.path.key("subject"), "encoded-word", "S21-6.6-02", || {
                format!("{subject:?} has to be decoded (RFC 2047)")
            });
        }
        let fields = view.path.key("additional_header_fields");
        for (name, value) in view.named("additional_header_fields").and_then(Node::as_object).unwrap_or(&[]) {
            let lines = value.as_array().unwrap_or(std::slice::from_ref(value));
            if lines.iter().filter_map(Node::as_str).any(has_encoded_word) {
                self.must(&fields.key(name), "encoded-word", "S21-6.6-02", || {
                    format!("the header field {name} has to be decoded (RFC 2047)")
                });
            }
        }
    }

    /// Whoever versions an SCO keeps off the namespace of deterministic ids (3.6).
    fn versioned_sco(&mut self, view: &View<'n, '_, 'a>) {
        let versioned = view.named("modified").is_some()
            && view.named("created").is_some()
            && view.named("created_by_ref").is_some();
        if !versioned || view.owner.contributing.is_empty() {
            return;
        }
        let id = view.text("id").and_then(|id| identifier::parse(id).ok());
        if id.is_some_and(|id| id.version() == 5 && deterministic::uuid(view.owner, view.entries) == Some(id.uuid)) {
            self.must(&view.path.key("id"), "versioned-sco", "S21-3.6-12", || {
                "an SCO with versions does not use the namespace of deterministic ids".into()
            });
        }
    }

    /// Labels do not say what a property of the type's own is for (3.2): a term of that property's vocabulary among the
    /// labels is most likely what STIX 2.0 had there.
    fn labels(&mut self, view: &View<'n, '_, 'a>) {
        let Some(labels) = view.named("labels").and_then(Node::as_array).filter(|_| self.advice) else {
            return;
        };
        let subtypes = view.owner.props.iter().find_map(|prop| match prop.kind {
            Kind::Vocabulary(index) if prop.name.ends_with("_types") => Some((prop.name, index)),
            _ => None,
        });
        let Some((property, index)) = subtypes else { return };
        let list = view.path.key("labels");
        for (i, label) in labels.iter().enumerate() {
            let term =
                label.as_str().filter(|l| *l != "unknown" && self.tables.vocabularies[index].values.get(l).is_some());
            if let Some(term) = term {
                self.should(&list.index(i), "label-for-type", "S21-3.2-09", || {
                    format!("{term:?} is a term for `{property}`, for which labels are not used")
                });
            }
        }
    }

    /// Without `lang` the text counts as English; text in another script shows that it is not (3.2).
    fn language(&mut self, view: &View<'n, '_, 'a>) {
        if !self.advice || view.named("lang").is_some() {
            return;
        }
        let foreign =
            |name: &str| view.text(name).is_some_and(|t| !t.is_ascii() && t.chars().any(is_of_another_script));
        if !foreign("name") && !foreign("description") {
            return;
        }
        let marked = member(view.entries, "granular_markings").and_then(Node::as_array).unwrap_or(&[]);
        if !marked.iter().any(|m| m.get("lang").is_some()) {
            self.should(view.path, "language-missing", "S21-3.2-13", || {
                "the text is not in English, which an absent `lang` says it is".into()
            });
        }
    }
}

/// Letters beyond the Latin, Greek and general symbols that English text borrows.
fn is_of_another_script(c: char) -> bool {
    c.is_alphabetic() && u32::from(c) >= 0x400 && !(0x1E00..0x2C00).contains(&u32::from(c))
}

fn is_capec(id: &str) -> bool {
    id.strip_prefix("CAPEC-").is_some_and(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit()))
}

fn is_cve(id: &str) -> bool {
    let Some((year, number)) = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
    year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
}

/// `=?charset?encoding?text?=` of RFC 2047, section 2.
fn has_encoded_word(text: &str) -> bool {
    // Padding may stand before the end, `=?=`, so the parts are cut at question marks only.
    text.match_indices("=?").any(|(at, begin)| {
        let mut parts = text[at + begin.len()..].splitn(4, '?');
        let charset = parts.next().unwrap_or("");
        let encoding = parts.next().unwrap_or("");
        let plain = !charset.is_empty() && charset.bytes().all(|c| c.is_ascii_graphic());
        plain
            && matches!(encoding, "b" | "B" | "q" | "Q")
            && parts.next().is_some_and(|encoded| !encoded.is_empty())
            && parts.next().is_some_and(|after| after.starts_with('='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(is_capec("CAPEC-163") && !is_capec("capec-163") && !is_capec("CAPEC-"));
        assert!(
            is_cve("CVE-2014-0160") && is_cve("CVE-2021-1234567") && !is_cve("CVE-14-0160") && !is_cve("CVE-2014-160")
        );
        assert!(has_encoded_word("=?iso-8859-1?q?this=20is?=") && !has_encoded_word("a =? b ?="));
        assert!(has_encoded_word("=?utf-8?B?YQ==?=") && has_encoded_word("Re: =?utf-8?B?w7w=?= x"));
        assert!(!has_encoded_word("=?utf-8?B?YQ==") && !has_encoded_word("=?utf-8?B?YQ==? ="));
    }
}
