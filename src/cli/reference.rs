//! The reference server that a run may start for itself, and its flags.

use clap::{Args as ClapArgs, ValueEnum};

use super::values::Count;

/// Flags of the reference server.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Reference server")]
pub struct ReferenceArgs {
    /// Test the embedded reference server, which is started for the run, instead of a URL. Writes
    /// to it, and leaves reports under reports/local/ unless --report says otherwise
    #[arg(long, conflicts_with_all = [
        "url", "server", "api_roots", "user", "password_env", "token_env", "header_env",
        "other_user", "other_password_env", "client_cert", "client_key", "ca_file", "insecure", "allow_http",
    ])]
    pub reference: bool,

    /// Write nothing to it: what a server that may only be read can show
    #[arg(long, requires = "reference", conflicts_with = "write")]
    pub no_write: bool,

    /// Serve plain HTTP; implies --allow-http
    #[arg(long, requires = "reference")]
    pub no_tls: bool,

    /// Answer additions before they are processed, with a status that is pending
    #[arg(long = "async", requires = "reference")]
    pub asynchronous: bool,

    /// Most objects that the server puts on a page
    #[arg(long, value_name = "N", requires = "reference")]
    pub page_size: Option<Count>,

    /// User to test as [default: admin]
    #[arg(long = "as", value_name = "USER", requires = "reference")]
    pub user_as: Option<ReferenceUser>,

    /// Another way to behave that the standard allows, to switch on; may be given again. `serve
    /// --list-variants` lists them
    #[arg(long = "variant", value_name = "NAME", requires = "reference")]
    pub variants: Vec<String>,

    /// Defect to switch on; may be given again. `serve --list-defects` lists them
    #[arg(long = "defect", value_name = "NAME", requires = "reference")]
    pub defects: Vec<String>,
}

impl ReferenceArgs {
    /// A flag that says something about the reference server although that is not tested.
    pub(super) fn flag_without_reference(&self) -> Option<&'static str> {
        let given = [
            ("--no-write", self.no_write),
            ("--no-tls", self.no_tls),
            ("--async", self.asynchronous),
            ("--page-size", self.page_size.is_some()),
            ("--as", self.user_as.is_some()),
            ("--variant", !self.variants.is_empty()),
            ("--defect", !self.defects.is_empty()),
        ];
        let flag = given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag);
        flag.filter(|_| !self.reference)
    }

    /// The server that they describe.
    pub(super) fn wanted(&self) -> Reference {
        Reference {
            tls: !self.no_tls,
            asynchronous: self.asynchronous,
            page_size: self.page_size.map(|n| n.0.get()),
            user: self.user_as.unwrap_or_default(),
            variants: self.variants.clone(),
            defects: self.defects.clone(),
        }
    }
}

/// Users of the reference server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReferenceUser {
    /// May do everything that a collection allows.
    #[default]
    Admin,
    /// May only read.
    Reader,
}

/// The reference server that a run is to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whether it serves HTTPS.
    pub tls: bool,
    /// Whether additions are processed after they were answered.
    pub asynchronous: bool,
    /// Most objects on a page; the server's own choice where it is not given.
    pub page_size: Option<usize>,
    /// User to test as.
    pub user: ReferenceUser,
    /// Names of the variants to switch on; the server knows them.
    pub variants: Vec<String>,
    /// Names of the defects to switch on; the server knows them.
    pub defects: Vec<String>,
}

impl Reference {
    /// The flags that set it up like this, as a report names them.
    pub fn flags(&self) -> String {
        let mut flags = vec!["--reference".to_owned()];
        flags.extend((!self.tls).then(|| "--no-tls".to_owned()));
        flags.extend(self.asynchronous.then(|| "--async".to_owned()));
        flags.extend(self.page_size.map(|size| format!("--page-size {size}")));
        flags.extend((self.user == ReferenceUser::Reader).then(|| "--as reader".to_owned()));
        flags.extend(self.variants.iter().map(|variant| format!("--variant {variant}")));
        flags.extend(self.defects.iter().map(|defect| format!("--defect {defect}")));
        flags.join(" ")
    }
}
