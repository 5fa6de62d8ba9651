//! Who the client is: which source decides, and where the secret comes from.

use super::settings::{Env, Settings};
use super::usage::UsageError;
use super::values::HeaderEnv;
use crate::run::Credentials;

/// Convenience: the user, where no setting names credentials.
pub const USER: &str = "TAXII_USER";
/// Convenience: the password, where no setting names a variable for it.
pub const PASSWORD: &str = "TAXII_PASSWORD";
/// Convenience: a bearer token, where no setting names credentials.
pub const TOKEN: &str = "TAXII_TOKEN";

/// The client's credentials. `layers` come with the strongest first; the first one that names any
/// credentials decides of which kind they are, and those below it fill in what it leaves open.
pub fn resolve(layers: &[&Settings], env: Env<'_>) -> Result<Credentials, UsageError> {
    let Some(deciding) = layers.iter().find(|l| names_any(l)) else {
        return convenience(env);
    };
    let basic = deciding.user.is_some() || deciding.password_env.is_some();
    match (basic, &deciding.token_env, &deciding.header_env) {
        (true, None, None) => {
            let user = layers.iter().find_map(|l| l.user.as_deref());
            let variable = layers.iter().find_map(|l| l.password_env.as_deref());
            let user = user
                .map(str::to_owned)
                .or_else(|| set(env, USER))
                .ok_or_else(|| UsageError::with_help("a password without a user", "name the user with --user"))?;
            self::basic(user, variable.unwrap_or(PASSWORD), variable.is_some(), "--password-env", env)
        }
        (false, Some(variable), None) => bearer(variable, env),
        (false, None, Some(header)) => custom(header, env),
        _ => Err(UsageError::with_help(
            "more than one kind of credentials in the same place",
            "keep one of: user with password_env, token_env, header_env",
        )),
    }
}

/// The second client's credentials.
pub fn resolve_other(settings: &Settings, env: Env<'_>) -> Result<Credentials, UsageError> {
    match (&settings.other_user, &settings.other_password_env) {
        (None, None) => Ok(Credentials::None),
        (Some(user), Some(variable)) => basic(user.clone(), variable, true, "--other-password-env", env),
        (Some(_), None) => Err(UsageError::with_help(
            "a second user without a password",
            "name the variable that holds it with --other-password-env",
        )),
        (None, Some(_)) => {
            Err(UsageError::with_help("a second password without a user", "name the user with --other-user"))
        }
    }
}

fn names_any(settings: &Settings) -> bool {
    settings.user.is_some()
        || settings.password_env.is_some()
        || settings.token_env.is_some()
        || settings.header_env.is_some()
}

fn convenience(env: Env<'_>) -> Result<Credentials, UsageError> {
    match (set(env, USER), set(env, TOKEN)) {
        (None, None) => Ok(Credentials::None),
        (None, Some(_)) => bearer(TOKEN, env),
        (Some(user), None) => basic(user, PASSWORD, false, "", env),
        (Some(_), Some(_)) => Err(UsageError::with_help(
            format!("both {USER} and {TOKEN} are set in the environment"),
            "say which one is meant: --user with --password-env, or --token-env",
        )),
    }
}

fn basic(user: String, variable: &str, named: bool, flag: &str, env: Env<'_>) -> Result<Credentials, UsageError> {
    if user.contains(':') || user.chars().any(char::is_control) {
        return Err(UsageError::with_help(
            "the user holds a colon or a control character, which HTTP Basic cannot carry",
            format!("give the name alone; the password is read from {PASSWORD}, or the variable of --password-env"),
        ));
    }
    if !named && set(env, variable).is_none() {
        return Err(UsageError::with_help(
            format!("no password for the user \"{user}\""),
            format!("put it into {PASSWORD}, or name another variable with --password-env"),
        ));
    }
    let password = secret(variable, flag, env)?;
    if password.chars().any(char::is_control) {
        return Err(unsendable(variable));
    }
    Ok(Credentials::Basic { user, password })
}

fn bearer(variable: &str, env: Env<'_>) -> Result<Credentials, UsageError> {
    let token = secret(variable, "--token-env", env)?;
    sendable(&token, variable)?;
    Ok(Credentials::Bearer(token))
}

fn custom(header: &HeaderEnv, env: Env<'_>) -> Result<Credentials, UsageError> {
    let value = secret(&header.variable, "--header-env", env)?;
    sendable(&value, &header.variable)?;
    Ok(Credentials::Header { name: header.name.clone(), value })
}

/// The value of a variable that a setting names. Errors name the variable, never the value.
fn secret(variable: &str, flag: &str, env: Env<'_>) -> Result<String, UsageError> {
    let named = variable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && variable.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !named {
        // It may be the secret itself: not repeated.
        return Err(UsageError::with_help(
            format!("what was given for {flag} is no name of an environment variable"),
            "give the name of the variable, not the secret",
        ));
    }
    match env(variable) {
        None => {
            let by = if flag.is_empty() { String::new() } else { format!(", named by {flag},") };
            Err(UsageError::new(format!("the environment variable {variable}{by} is not set")))
        }
        Some(value) if value.is_empty() => {
            Err(UsageError::new(format!("the environment variable {variable} is empty")))
        }
        Some(value) => Ok(value),
    }
}

fn set(env: Env<'_>, variable: &str) -> Option<String> {
    env(variable).filter(|v| !v.is_empty())
}

fn sendable(value: &str, variable: &str) -> Result<(), UsageError> {
    http::HeaderValue::from_str(value).map(drop).map_err(|_| unsendable(variable))
}

fn unsendable(variable: &str) -> UsageError {
    UsageError::with_help(
        format!("the environment variable {variable} holds a character that no header can carry"),
        "often it is the line break at its end",
    )
}
