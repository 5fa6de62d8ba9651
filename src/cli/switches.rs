//! Names of defects and variants on the command line, made into those of the reference server.

use super::usage::{UsageError, nearest};
use crate::server::{self, Defect, Variant};

/// The defects of these names; an error names the one that does not exist, and one that may be meant.
pub fn defects(names: &[String]) -> Result<Vec<&'static Defect>, UsageError> {
    let known: Vec<&str> = server::defects().iter().map(|defect| defect.name).collect();
    names.iter().map(|name| server::defect(name).ok_or_else(|| unknown("defect", name, &known))).collect()
}

/// The variants of these names; an error names the one that does not exist, or two that exclude each other.
pub fn variants(names: &[String]) -> Result<Vec<&'static Variant>, UsageError> {
    let known: Vec<&str> = server::variants().iter().map(|variant| variant.name).collect();
    let find = |name: &String| server::variant(name).ok_or_else(|| unknown("variant", name, &known));
    let chosen = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    if let Some((one, other)) = server::clash(&chosen) {
        let message = format!("the variants \"{}\" and \"{}\" exclude each other", one.name, other.name);
        return Err(UsageError::with_help(message, format!("both say how a server deals with: {}", one.question)));
    }
    Ok(chosen)
}

fn unknown(what: &str, name: &str, known: &[&str]) -> UsageError {
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("`taxii-conformance serve --list-{what}s` lists them all"),
    };
    UsageError::with_help(format!("the reference server has no {what} \"{name}\""), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let error = variants(&names).expect_err("refused");
        format!("{error}: {}", error.help.as_deref().unwrap_or_default())
    }

    #[test]
    fn mistakes_are_explained() {
        assert_eq!(refused(&["no-nxt"]), "the reference server has no variant \"no-nxt\": did you mean \"no-next\"?");
        assert!(
            refused(&["nothing like that at all"])
                .ends_with("`taxii-conformance serve --list-variants` lists them all")
        );
        assert_eq!(
            refused(&["pages-of-1", "gzip", "pages-of-2"]),
            "the variants \"pages-of-1\" and \"pages-of-2\" exclude each other: both say how a server deals with: size of pages"
        );
        assert!(defects(&["limit-zero-takn".to_owned()]).is_err());
        assert_eq!(variants(&["gzip".to_owned(), "no-next".to_owned()]).map(|chosen| chosen.len()).ok(), Some(2));
    }
}
