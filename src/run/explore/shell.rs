//! A failing sequence as a shell script of curl commands.

use std::collections::BTreeMap;

use crate::case::register;
use crate::record::{Exchange, Trial};
use crate::taxii::{Timestamp, paths};

/// The commands in their order, secrets as variables. What the server chose itself (dates of addition, `next`) is
/// taken from its answers again, so that the script can be run later; that needs `jq`.
pub fn script(trial: &Trial, seed: u64) -> String {
    let commands = trial.exchanges.iter().map(|e| e.curl.as_str());
    let mut text = String::from("#!/bin/sh\n");
    for id in &trial.requirements {
        let statement = register::requirement(id).map_or("", |r| r.statement.as_str());
        text += &format!("# {id}: {statement}\n");
    }
    text +=
        &format!("# Found by taxii-conformance run --explore with seed {seed}. The objects' ids are of that run.\n");
    let secrets = ["TAXII_USER", "TAXII_PASSWORD", "TAXII_TOKEN", "TAXII_HEADER", "TAXII_CERT", "TAXII_KEY"];
    let wanted: Vec<&str> =
        secrets.into_iter().filter(|s| commands.clone().any(|c| c.contains(&format!("${s}")))).collect();
    if !wanted.is_empty() {
        text += &format!("# Needs in the environment: {}\n", wanted.join(", "));
    }
    if commands.clone().any(|c| c.contains(" 'https://")) {
        text += "# Where curl does not know the authority of the server's certificate: CURL_CA_BUNDLE=FILE\n";
    }
    text += "set -u\n";
    let wrong = trial.findings.first().and_then(|f| f.exchange);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (at, exchange) in trial.exchanges.iter().enumerate() {
        let later: String = trial.exchanges[at + 1..].iter().map(|e| e.request.url.as_str()).collect();
        text += &format!("\n# {}. {} was answered {}\n", at + 1, exchange.request.method, exchange.status());
        if wrong == Some(at) {
            let message = trial.findings.first().map_or("", |f| f.message.as_str());
            text += &format!("# Here: {}\n", message.replace(char::is_control, " "));
        }
        let mut curl = exchange.curl.clone();
        for (value, variable) in &known {
            curl = curl.replace(value, &format!("'\"${variable}\"'"));
        }
        let told = told(exchange, &later, known.len());
        if told.is_empty() {
            text += &format!("{curl}\necho\n");
            continue;
        }
        text += &format!("ANSWER=$({curl})\nprintf '%s\\n' \"$ANSWER\"\n");
        for (value, extract) in told {
            let variable = format!("VALUE_{}", known.len() + 1);
            text += &format!("{variable}=$(printf '%s\\n' \"$ANSWER\" | {extract})\n");
            known.insert(value, variable);
        }
    }
    text + &removal(trial).unwrap_or_default()
}

/// Removes what the script has added, so that it shows the same the next time.
fn removal(trial: &Trial) -> Option<String> {
    let mut posts = trial.exchanges.iter().filter(|e| e.request.method == "POST");
    let first = posts.clone().next()?;
    let (curl, rest) = first.curl.split_once(" -X POST")?;
    let (identity, _) = rest.split_once(" -H 'Content-Type")?;
    let mut ids: Vec<String> = Vec::new();
    for body in posts.by_ref().filter_map(|e| e.request.body.as_ref()) {
        let body: serde_json::Value = serde_json::from_slice(&body.bytes).ok()?;
        for id in body.get("objects")?.as_array()?.iter().filter_map(|o| o.get("id")?.as_str()) {
            if !ids.iter().any(|i| i == id) {
                ids.push(id.to_owned());
            }
        }
    }
    let (ids, url) = (ids.join(" "), first.request.url.replace('\'', "%27"));
    Some(format!(
        "\n# Removes what was added.\nfor ID in {ids}; do\n  {curl} -o /dev/null -X DELETE{identity} '{url}'\"$ID\"'/?match%5Bversion%5D=all'\ndone\n"
    ))
}

/// Values of an answer that later URLs hold, percent-encoded, and how to take them out of the answer.
fn told(exchange: &Exchange, later: &str, known: usize) -> Vec<(String, String)> {
    const BODY: &str = "tr -d '\\r' | sed '1,/^$/d' | jq -r";
    let encoded = |value: &str| paths::query(&[(String::new(), value.to_owned())], false)[1..].to_owned();
    let mut found: Vec<(String, String)> = Vec::new();
    let mut add = |value: String, extract: String| {
        if value.len() > 3 && later.contains(&value) && !found.iter().any(|(v, _)| *v == value) && known < 50 {
            found.push((value, extract));
        }
    };
    let Some(body) = exchange.json() else { return found };
    if let Some(next) = body.get("next").and_then(|n| n.as_str()) {
        add(encoded(next), format!("{BODY} '.next | @uri'"));
    }
    for record in body.get("objects").and_then(|o| o.as_array()).into_iter().flatten() {
        let text = |key: &str| record.get(key).and_then(|v| v.as_str());
        let (Some(id), Some(version), Some(added)) = (text("id"), text("version"), text("date_added")) else {
            continue;
        };
        let plain = |t: &str| t.bytes().all(|b| b.is_ascii_alphanumeric() || b"-:._".contains(&b));
        if let Some(at) = Timestamp::parse(added).filter(|_| plain(id) && plain(version)) {
            let record = format!(".objects[] | select(.id == \"{id}\" and .version == \"{version}\").date_added");
            add(encoded(&at.to_string()), format!("{BODY} '{record}'"));
        }
    }
    let last = exchange.response.as_ref().and_then(|r| r.header("x-taxii-date-added-last")).and_then(Timestamp::parse);
    if let Some(last) = last {
        add(
            encoded(&last.to_string()),
            "tr -d '\\r' | sed -n 's/^[Xx]-[Tt][Aa][Xx][Ii][Ii]-[Dd]ate-[Aa]dded-[Ll]ast: //p'".into(),
        );
    }
    found
}
