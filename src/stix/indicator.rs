//! Indicators (4.7): their pattern, if it is a STIX pattern.

use super::node::Node;
use super::pattern::{self, Pattern};
use super::view::View;
use super::walk::Walk;
use super::{Level, timestamp};

impl<'n, 'a> Walk<'n, 'a, '_> {
    pub(super) fn indicator(&mut self, view: &View<'n, '_, 'a>) {
        self.advise(view, "type", "name", "S21-4.7-03");
        self.advise(view, "type", "description", "S21-4.7-04");
        match (view.text("pattern_type"), view.text("pattern")) {
            (Some("stix"), Some(text)) => self.stix_pattern(text, view),
            // No rule of these languages begins with a bracket or a parenthesis, so a STIX pattern is none.
            (Some(language @ ("snort" | "suricata" | "yara")), Some(text)) if pattern::parse(text).is_ok() => {
                self.must(&view.path.key("pattern_type"), "pattern-language", "S21-4.7-06", || {
                    format!("`pattern` is a STIX pattern, `pattern_type` is {language:?}")
                });
            }
            _ => {}
        }
    }

    fn stix_pattern(&mut self, text: &str, view: &View<'n, '_, 'a>) {
        let here = view.path.key("pattern");
        let pattern = match pattern::parse(text) {
            Ok(pattern) => pattern,
            Err(error) if error.unjudged => {
                return self.should(&here, "nested-too-deep", "", || error.message);
            }
            Err(error) => {
                let rule = error.rule.unwrap_or("S21-4.7-06");
                return self.must(&here, "pattern-syntax", rule, || {
                    format!("not a STIX pattern, at byte {}: {}", error.offset, error.message)
                });
            }
        };
        for finding in pattern::check(&pattern) {
            let level = match finding.level {
                pattern::Level::Must => Level::Must,
                pattern::Level::Should => Level::Should,
            };
            self.report(&here, level, finding.code, finding.rule.unwrap_or(""), || {
                format!("at byte {} of the pattern: {}", finding.offset, finding.message)
            });
        }
        self.windows(&pattern, view);
    }

    /// START and STOP lie within the time for which the indicator is valid (9.5.1).
    fn windows(&mut self, pattern: &Pattern, view: &View<'n, '_, 'a>) {
        if !self.advice {
            return;
        }
        let moment = |name: &str| view.named(name).and_then(Node::as_str).and_then(|t| timestamp::parse(t).ok());
        let (from, until) = (moment("valid_from"), moment("valid_until"));
        for window in pattern.windows() {
            let (start, stop) = (timestamp::parse(window.start.as_str()), timestamp::parse(window.stop.as_str()));
            let early = matches!((&start, &from), (Ok(start), Some(from)) if start < from);
            let late = matches!((&stop, &until), (Ok(stop), Some(until)) if stop > until);
            if early || late {
                self.should(&view.path.key("pattern"), "pattern-window", "S21-9.5-20", || {
                    format!(
                        "START {} STOP {} goes beyond `valid_from` and `valid_until`",
                        window.start.as_str(),
                        window.stop.as_str()
                    )
                });
            }
        }
    }
}
