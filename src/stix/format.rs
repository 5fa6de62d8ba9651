//! Which written form a string property follows, and how much a slip weighs.

use super::finding::Path;
use super::language;
use super::network::{self, DomainFault};
use super::node::{Node, member};
use super::tables::{Format, Prop};
use super::text::{self, Charset};
use super::walk::Walk;

impl Walk<'_, '_, '_> {
    pub(super) fn format(&mut self, prop: &'static Prop, value: &str, path: &Path<'_>) {
        // Defanged values are broken on purpose (3.2).
        let network = matches!(
            prop.format,
            Format::Url | Format::Domain | Format::Email | Format::Ipv4 | Format::Ipv6 | Format::Mac
        );
        if network && member(self.root, "defanged").and_then(Node::as_bool) == Some(true) {
            return;
        }
        let name = prop.name;
        match prop.format {
            Format::None => {}
            // STIX 2.0 had the languages of software by ISO 639-2.
            Format::Language if self.container.is_some() && name == "languages" => {
                if language::fault(value).is_some() {
                    self.form_of_20(prop, path);
                }
            }
            Format::Language => {
                if let Some(why) = language::fault(value) {
                    self.must(path, "language-tag", prop.language_rule, || {
                        format!("{value:?} is not a language code of RFC 5646: {why}")
                    });
                }
            }
            Format::Url => {
                if let Some(why) = network::url(value) {
                    let rule = if name == "url" { "S21-6.1-06" } else { "S21-6.15-02" };
                    self.must(path, "url-format", rule, || format!("`{name}` is not a URL of RFC 3986: {why}"));
                }
            }
            Format::UrlReference => {
                if let Some(why) = network::url(value) {
                    self.should(path, "url-reference-format", "", || {
                        format!("`{name}` is not a URL of RFC 3986: {why}")
                    });
                }
            }
            Format::Domain => self.domain(value, path),
            Format::Email => {
                if network::has_display_name(value) {
                    self.must(path, "display-name", "S21-6.5-02", || {
                        "the address may not include the display name".into()
                    });
                } else if !network::is_addr_spec(value) {
                    self.should(path, "email-format", "", || format!("{value:?} is not an addr-spec of RFC 5322"));
                }
            }
            Format::Ipv4 => {
                if !network::is_ipv4(value) {
                    self.should(path, "ip-format", "U21-6.8-01", || {
                        format!("{value:?} is not an IPv4 address or CIDR block")
                    });
                }
            }
            Format::Ipv6 => {
                if !network::is_ipv6(value) {
                    self.should(path, "ip-format", "U21-6.9-01", || {
                        format!("{value:?} is not an IPv6 address or CIDR block")
                    });
                }
            }
            Format::Mac => {
                if !network::is_mac(value) {
                    let padded = value.split(':').count() == 6 && value.split(':').any(|octet| octet.len() == 1);
                    let rule = if padded { "S21-6.10-03" } else { "S21-6.10-02" };
                    self.must(path, "mac-format", rule, || {
                        format!("{value:?} is not six pairs of lower-case digits between colons")
                    });
                }
            }
            Format::Cpe => {
                if let Some(why) = text::cpe(value) {
                    self.must(path, "cpe-format", "S21-6.14-02", || format!("{value:?} is not a CPE 2.3 name: {why}"));
                }
            }
            Format::Charset => self.charset(prop, value, path),
            Format::RegistryKey => {
                if let Some(full) = text::short_hive(value) {
                    self.must(path, "short-hive", "S21-6.17-05", || {
                        format!("the hive has to be written in full, {full}")
                    });
                }
            }
            Format::RelationshipType => {
                let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
                if value.is_empty() {
                    self.must(path, "relationship-type-format", "S21-3.1-05", || {
                        "the relationship type is empty".into()
                    });
                } else if !value.bytes().all(fits) {
                    self.must(path, "relationship-type-format", "S21-5.1-05", || {
                        format!("{value:?} has other characters than a-z, 0-9 and hyphen")
                    });
                }
            }
            _ => self.advised_format(prop, value, path),
        }
    }

    /// Forms that are only advised.
    fn advised_format(&mut self, prop: &'static Prop, value: &str, path: &Path<'_>) {
        if !self.advice {
            return;
        }
        let name = prop.name;
        let (fits, code, rule, wanted) = match prop.format {
            Format::Country => (text::is_country(value), "country-code", "S21-4.10-11", "a code of ISO 3166-1 alpha-2"),
            Format::Subdivision => {
                (text::is_subdivision(value), "subdivision-code", "S21-4.10-12", "a code of ISO 3166-2")
            }
            Format::MediaType => {
                let rule = if member(self.root, "type").and_then(Node::as_str) == Some("artifact") {
                    "S21-6.1-04"
                } else {
                    "S21-6.7-11"
                };
                (text::is_media_type(value), "media-type", rule, "a media type of the IANA registry")
            }
            Format::ServiceName => (
                text::is_service_name(value),
                "protocol-name",
                "S21-6.12-14",
                "a service name of the IANA registry, in lower case",
            ),
            Format::PriorityClass => {
                (value.ends_with("_CLASS"), "priority-class", "S21-6.13-14", "a name that ends with _CLASS")
            }
            Format::LowerCase => {
                let rule = if name == "request_method" { "U21-6.12-03" } else { "U21-6.12-04" };
                (!value.chars().any(char::is_uppercase), "lower-case", rule, "in lower case")
            }
            Format::BasicConstraints => (
                text::is_basic_constraints(value),
                "basic-constraints",
                "U21-6.18-01",
                "CA and TRUE or FALSE, then pathlen if any",
            ),
            Format::HyphenatedLowerCase => return self.words(name, value, path),
            _ => return,
        };
        if !fits {
            self.should(path, code, rule, || format!("`{name}` should be {wanted}, not {value:?}"));
        }
    }

    fn words(&mut self, name: &str, value: &str, path: &Path<'_>) {
        let (lower, hyphens) = text::hyphenated_lower_case(value);
        let (case_rule, separator_rule) = match name {
            "kill_chain_name" => ("S21-2.11-01", "S21-2.11-02"),
            "phase_name" => ("S21-2.11-03", "S21-2.11-04"),
            _ => ("S21-4.12-03", "S21-4.12-03"),
        };
        if !lower {
            self.should(path, "lower-case", case_rule, || {
                format!("`{name}` should be in lower case, unlike {value:?}")
            });
        }
        if !hyphens {
            self.should(path, "hyphenated", separator_rule, || {
                format!("`{name}` should separate words by hyphens, unlike {value:?}")
            });
        }
    }

    fn domain(&mut self, value: &str, path: &Path<'_>) {
        match network::domain(value) {
            None => {}
            Some(DomainFault::Wrong(why)) => {
                let rule = if why.contains("character") { "S21-6.4-03" } else { "S21-6.4-02" };
                self.must(path, "domain-format", rule, || format!("{value:?} is not a domain name: {why}"));
            }
            Some(DomainFault::Unusual(why)) => {
                self.should(path, "domain-unusual", "S21-6.4-02", || {
                    format!("{value:?} is against the preferred syntax of RFC 1034: {why}")
                });
            }
        }
    }

    fn charset(&mut self, prop: &'static Prop, value: &str, path: &Path<'_>) {
        let directory = prop.name == "path_enc";
        let (code, rule, what) = match text::charset(value) {
            Charset::Preferred => return,
            Charset::Alias(name) => {
                let rule = if directory { "S21-6.3-04" } else { "S21-6.7-09" };
                ("charset-alias", rule, format!("an alias; the name to use is {name}"))
            }
            Charset::Unknown => {
                let rule = if directory { "S21-6.3-03" } else { "S21-6.7-08" };
                ("charset-name", rule, "no name of the IANA registry".to_owned())
            }
        };
        self.must(path, code, rule, || format!("`{}`: {value:?} is {what}", prop.name));
    }
}
