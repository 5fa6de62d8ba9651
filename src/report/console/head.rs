//! Who tested what.

use super::WIDTH;
use crate::record::Report;
use crate::report::sanitize::line;
use crate::report::style::{Style, wrap};

/// Two lines: the suite and the server; what is needed to run the same again.
pub fn head(report: &Report, style: Style) -> String {
    let (suite, server) = (&report.suite, &report.server);
    let name = format!("{} {}", line(&suite.name, 60), line(&suite.version, 40));
    let mut out = format!("{}  {}\n", style.bold(&name), line(&server.url, 300));
    let mut facts = Vec::new();
    facts.extend(server.title.as_ref().map(|t| format!("\"{}\"", line(t, 80))));
    facts.extend(server.software.as_ref().map(|s| format!("server {}", line(s, 80))));
    if server.untestable.is_none() {
        let collections = server.api_roots.iter().map(|r| r.collections.len()).sum();
        facts.push(count(server.api_roots.len(), "API root"));
        facts.push(count(collections, "collection"));
        facts.push(match &suite.write {
            Some(to) => format!("writes to {}", line(to, 80)),
            None => "reads only".to_owned(),
        });
    }
    facts.push(format!("seed {}", suite.seed));
    out += &wrap("  ", "  ", WIDTH, &facts.join(" · "));
    if !server.not_contacted.is_empty() {
        let others: Vec<String> = server.not_contacted.iter().map(|u| line(u, 200)).collect();
        let text = format!("not contacted, on another origin: {}", others.join(", "));
        out += &wrap("  ", "  ", WIDTH, &text);
    }
    out
}

/// `1 trial`, `2 trials`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
