//! Every report format on one made-up run.

mod compare;
mod console;
mod fixture;
mod formats;
mod html;
mod json;
mod junit;
mod progress;
mod read;
mod write;

/// Compares with `tests/snapshots/NAME.snap`.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
