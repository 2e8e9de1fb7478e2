//! The screens: a file each, with its template of the same name.

use askama::Template;
use axum::response::Html;

use crate::error::WebError;

pub(crate) mod batch;
pub(crate) mod batch_files;
pub(crate) mod batch_report;
pub(crate) mod batch_sample;
pub(crate) mod batches;
pub(crate) mod certificates;
pub(crate) mod counter;
pub(crate) mod counter_dossier;
pub(crate) mod cover_sheets;
pub(crate) mod coverage;
pub(crate) mod coverage_list;
pub(crate) mod dossier;
pub(crate) mod dossiers;
mod due_results;
pub(crate) mod explorer;
pub(crate) mod fields;
pub(crate) mod first_admin;
pub(crate) mod fixity;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod paper;
pub(crate) mod password;
pub(crate) mod reconciliation;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod review_item;
pub(crate) mod sample;
pub(crate) mod samples;
pub(crate) mod search;
pub(crate) mod sign_in;
pub(crate) mod upload;
pub(crate) mod users;
pub(crate) mod viewer;
pub(crate) mod webhook;
pub(crate) mod webhooks;

/// A screen from its template.
pub(crate) fn html(template: &impl Template) -> Result<Html<String>, WebError> {
    Ok(Html(template.render()?))
}

/// A path of ours to go on to; anything that could lead elsewhere becomes the home page.
pub(crate) fn local(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn only_our_own_paths_are_gone_on_to() {
        assert_eq!(["/dossiers?after=x", "/"].map(local), ["/dossiers?after=x", "/"]);
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)"] {
            assert_eq!(local(elsewhere), "/");
        }
    }
}
