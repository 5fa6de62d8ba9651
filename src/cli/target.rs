//! Checks a URL that the user gave, and says in one sentence what is wrong with it.

use url::Url;

use super::usage::{UsageError, nearest};

/// Takes an absolute `http` or `https` URL without user, query and fragment; gives it in normal
/// form. No error repeats a part of the URL that could be a secret.
pub fn check(text: &str, allow_http: bool) -> Result<String, UsageError> {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(without_scheme(text));
    };
    let scheme = scheme.to_lowercase();
    if scheme != "https" && scheme != "http" {
        let help = match nearest(&scheme, &["https", "http"]).filter(|_| scheme.starts_with('h')) {
            Some(near) => format!("did you mean \"{near}://\"?"),
            None => "TAXII is spoken over https://".to_owned(),
        };
        return Err(UsageError::with_help(format!("a URL cannot begin with \"{scheme}://\""), help));
    }
    let url = Url::parse(text)
        .map_err(|e| UsageError::new(format!("the URL \"{scheme}://{}\" is not valid: {e}", safe(rest))))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UsageError::with_help(
            format!("the URL of {} holds a user or password", url.host_str().unwrap_or("?")),
            "give them with --user and --password-env, so that the secret shows nowhere",
        ));
    }
    if url.fragment().is_some() {
        return Err(UsageError::with_help(
            format!("the URL \"{scheme}://{}\" has a fragment (#...)", safe(rest)),
            "a server never sees it; leave it out",
        ));
    }
    if url.query().is_some() {
        return Err(UsageError::with_help(
            format!("the URL \"{scheme}://{}\" has a query (?...)", safe(rest)),
            "give the origin of the server, its /taxii2/, or an API root; what has to go with \
             every request goes into a header: --header-env NAME=VARIABLE",
        ));
    }
    if scheme == "http" && !allow_http {
        return Err(UsageError::with_help(
            format!("\"{url}\" is plain HTTP, which TAXII does not allow"),
            "to test it all the same, give --allow-http: the requirement of HTTPS is then waived, \
             and reported so",
        ));
    }
    Ok(url.into())
}

fn without_scheme(text: &str) -> UsageError {
    let lower = text.to_lowercase();
    if text.is_empty() {
        return UsageError::new("the URL is empty");
    }
    if lower.starts_with("https:") || lower.starts_with("http:") {
        return UsageError::new("the URL lacks the two slashes after its scheme: https://...");
    }
    if text.starts_with('/') {
        return UsageError::with_help(
            format!("\"{}\" is a path, not a URL", safe(text)),
            "write https://, the host, and the path",
        );
    }
    let rest = safe(text);
    if text.contains('@') {
        return UsageError::new("the URL has no scheme; write https://...");
    }
    UsageError::with_help(format!("the URL \"{rest}\" has no scheme"), format!("write https://{rest}"))
}

/// What follows the scheme, without user, query and fragment.
fn safe(rest: &str) -> String {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let authority = rest.split(['/', '\\']).next().unwrap_or_default();
    let shown = match authority.rfind('@') {
        Some(at) => &rest[at + 1..],
        None => rest,
    };
    crate::report::sanitize::line(shown, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_urls_are_taken() {
        for (given, taken) in [
            ("https://taxii.example", "https://taxii.example/"),
            (" HTTPS://Taxii.Example:443/taxii2/ ", "https://taxii.example/taxii2/"),
            ("https://[::1]:8443/api1/", "https://[::1]:8443/api1/"),
        ] {
            assert_eq!(check(given, false).expect(given), taken);
        }
        assert_eq!(check("http://localhost:5000", true).expect("allowed"), "http://localhost:5000/");
    }

    #[test]
    fn each_mistake_gives_one_sentence() {
        let all: Vec<String> = [
            "",
            "localhost:8443/taxii2/",
            "taxii.example",
            "https:/taxii.example/",
            "https:taxii.example",
            "htps://taxii.example/",
            "ftp://taxii.example/",
            "/api1/",
            "https://",
            "https://taxii.example:99999/",
            "https://user:hunter2@taxii.example/",
            "https://user:hunter2@taxii.example:x/",
            "user:hunter2@taxii.example",
            "https://hunter2@taxii.example/",
            "https://taxii.example/#hunter2",
            "https://taxii.example/?key=hunter2",
            "http://taxii.example/",
        ]
        .iter()
        .map(|url| {
            let error = check(url, false).expect_err(url);
            let UsageError { message, help, .. } = error;
            let help = help.map(|h| format!("\n  help: {h}")).unwrap_or_default();
            assert!(!message.contains("hunter2") && !help.contains("hunter2"), "{message}{help}");
            format!("{url}\n  {message}{help}")
        })
        .collect();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../tests/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("url-errors", all.join("\n")));
    }
}
