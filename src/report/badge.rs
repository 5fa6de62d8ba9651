//! A badge: the claim in a few words, as SVG without fonts or anything else from outside.

use std::io::{self, Write};

use super::claim::claim;
use super::console::head::count;
use super::sanitize::line;
use super::style::shape;
use crate::record::{Report, Verdict};

const LABEL: &str = "TAXII 2.1";

/// Writes the badge.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let claim = claim(report);
    let words = format!("{} {}", shape(claim.verdict), words(report));
    // the whole sentence for screen readers and pointers
    let title = escape(&format!("{LABEL}, {}: {}", line(&report.server.url, 200), line(&claim.text, 300)));
    let (left, right) = (width(LABEL), width(&words));
    let (all, at) = (left + right, left + right / 2);
    let (label_at, label_long, words_long) = (left / 2, left - 12, right - 12);
    let (colour, words) = (colour(claim.verdict), escape(&words));
    write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{title}">
<title>{title}</title>
<rect width="{all}" height="20" rx="3" fill="#3b3b3b"/>
<path d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{inner}z" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{label_at}" y="14" textLength="{label_long}" lengthAdjust="spacingAndGlyphs">{LABEL}</text>
<text x="{at}" y="14" textLength="{words_long}" lengthAdjust="spacingAndGlyphs">{words}</text>
</g>
</svg>
"##,
        inner = right - 3,
    )
}

/// The claim in a few words. Never says more than the claim does.
fn words(report: &Report) -> String {
    let summary = &report.summary;
    let broken = |number| format!("{} broken", count(number, "requirement"));
    if report.server.untestable.is_some() {
        "could not be tested".to_owned()
    } else if !summary.failed.is_empty() {
        broken(summary.failed.len())
    } else if summary.count(Verdict::Error) > 0 {
        "not tested to the end".to_owned()
    } else if !summary.known.is_empty() {
        format!("{}, known", broken(summary.known.len()))
    } else if summary.interrupted {
        "ended early".to_owned()
    } else if summary.passed.is_empty() && summary.warned.is_empty() {
        "nothing judged".to_owned()
    } else if !summary.inconclusive.is_empty() {
        let held = count(summary.passed.len(), "requirement");
        format!("{held} held, {} not judged", summary.inconclusive.len())
    } else if !summary.warned.is_empty() {
        let held = count(summary.passed.len(), "requirement");
        format!("{held} held, {}", count(summary.warned.len(), "warning"))
    } else {
        format!("{} held", count(summary.passed.len(), "requirement"))
    }
}

/// White text on each of these has a contrast of at least 4.5 to 1.
fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "#1a7f37",
        Verdict::Warn => "#8a5a00",
        Verdict::Fail => "#b42318",
        Verdict::Inconclusive => "#0b6e83",
        Verdict::Skip => "#5f6368",
        Verdict::Error => "#7a3e9d",
    }
}

/// Room for a text of 11 pixels, with a margin of 6 at either side. `textLength` stretches or shrinks
/// the text to it, whatever the font.
fn width(text: &str) -> usize {
    let tenths: usize = text
        .chars()
        .map(|c| match c {
            'i' | 'l' | 'j' | '.' | ',' | ' ' | '\'' | ':' => 37,
            'f' | 't' | 'r' | 'I' => 45,
            'm' | 'w' | 'M' | 'W' | '▲' | '✗' | '✓' | '■' => 98,
            'A'..='Z' => 76,
            _ => 66,
        })
        .sum();
    tenths / 10 + 12
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
