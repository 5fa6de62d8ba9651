//! Words `status` and `media_type`.

use super::{Context, Outcome};
use crate::case::expect::TaxiiWord;
use crate::taxii::MediaType;

/// Judges the status codes of a step, and its media types where asked for.
///
/// A step that says nothing of the status asks for a 2xx: whatever else is expected needs an answer.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let expect = context.expect;
    for (i, exchange) in context.exchanges().iter().enumerate() {
        let Some(response) = &exchange.response else { continue };
        // how a walk over pages ends is judged by what it brought
        if i > 0 && context.record.walked {
            continue;
        }
        // what polling a status gets after a POST is not the answer that the case is about
        if i > 0 && !context.record.posted.is_empty() && exchange.request.method == "GET" {
            continue;
        }
        let code = response.status;
        match &expect.status {
            Some(set) if set.contains(code) => outcome.saw(format!("answered {code}")),
            Some(set) => {
                let mut finding = context.finding(i, format!("the answer to this request is {code}"));
                finding.expected = Some(set.to_string());
                finding.actual = Some(code.to_string());
                outcome.findings.push(finding);
            }
            // an empty result that is answered 404 is another case's matter
            None if code == 404 && expects_nothing(expect) => {}
            None if !(200..300).contains(&code) && expect.media_type.is_none() => {
                let mut finding = context.finding(i, format!("the request is refused or fails: {code}"));
                finding.expected = Some("2xx".into());
                finding.actual = Some(code.to_string());
                outcome.findings.push(finding);
            }
            None => {}
        }
    }
    if let (Some(word), true) = (expect.media_type, outcome.findings.is_empty()) {
        outcome.merge(media_type(context, word));
    }
    outcome
}

fn expects_nothing(expect: &crate::case::Expect) -> bool {
    use crate::case::expect::SelectionWord;
    let only_lacks = !expect.lacks.is_empty() && expect.has.is_empty() && expect.unchanged.is_empty();
    expect.selection == Some(SelectionWord::Nothing) || only_lacks
}

fn media_type(context: &Context<'_>, word: TaxiiWord) -> Outcome {
    let mut outcome = Outcome::default();
    for (i, exchange) in context.exchanges().iter().enumerate() {
        let Some(response) = &exchange.response else { continue };
        // a body that claims nothing of TAXII, such as a page of a proxy, is no TAXII error message
        let titled = exchange.json().is_some_and(|b| b.get("title").is_some());
        let claims = response.header("content-type").is_some_and(|t| t.to_ascii_lowercase().contains("taxii"));
        if word == TaxiiWord::TaxiiError && !titled && !claims {
            outcome.block("the answer carries no TAXII error message");
            continue;
        }
        let text = response.combined("content-type");
        let text = text.as_deref();
        let parsed = text.and_then(MediaType::parse);
        let fits = parsed.as_ref().is_some_and(MediaType::is_taxii_21);
        let lower = parsed.is_some_and(|m| m.essence.contains("taxii") && m.parameter("version").is_some());
        if word == TaxiiWord::Highest && !fits && !lower {
            // without a version it is no lower one: section 3.1 wants one named in every answer
            let mut finding = context.finding_on("T21-3.1-05", i, "the Content-Type names no version of TAXII");
            finding.expected = Some("application/taxii+json;version=2.1".into());
            finding.actual = Some(text.unwrap_or("none").to_owned());
            finding.pointer = Some("Content-Type".into());
            outcome.findings.push(finding);
        } else if fits {
            outcome.saw(format!("Content-Type {}", text.unwrap_or_default()));
        } else {
            let mut finding = context.finding(i, "the Content-Type does not name TAXII 2.1");
            finding.expected = Some("application/taxii+json;version=2.1".into());
            finding.actual = Some(text.unwrap_or("none").to_owned());
            finding.pointer = Some("Content-Type".into());
            outcome.findings.push(finding);
        }
    }
    outcome
}
