//! The files that wait for a person, as a user sees them: those of the own agency, under a filter.

use serde::Deserialize;
use sohoa_store::{FileId, ReviewLine};

use crate::app::App;
use crate::error::WebError;
use crate::query::query;
use crate::visitor::Visitor;

/// Which of them are looked through, and how many were done since.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// Code why they wait.
    pub(crate) code: String,
    /// Number of the batch.
    pub(crate) batch: String,
    /// Agency.
    pub(crate) agency: String,
    /// How many the user decided on the way.
    pub(crate) done: u32,
}

impl Filter {
    /// As part of an address.
    pub(crate) fn query(&self) -> String {
        let done = if self.done == 0 { String::new() } else { self.done.to_string() };
        query(&[("code", &self.code), ("batch", &self.batch), ("agency", &self.agency), ("done", &done)])
    }

    fn lets_through(&self, waiting: &Waiting) -> bool {
        let is = |wanted: &str, there: &str| wanted.is_empty() || wanted == there;
        is(&self.code, &waiting.line.code)
            && is(&self.batch, &waiting.line.batch.0.to_string())
            && is(&self.agency, &waiting.agency)
    }
}

/// A file that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) line: ReviewLine,
    /// Whose it is, empty when that is not known.
    pub(crate) agency: String,
}

/// All that wait, oldest first.
pub(crate) struct Queue {
    /// Those that the user may see.
    pub(crate) all: Vec<Waiting>,
    /// Those of them that the filter lets through.
    pub(crate) wanted: Vec<Waiting>,
}

impl Queue {
    pub(crate) async fn of(app: &App, visitor: &Visitor, filter: &Filter) -> Result<Self, WebError> {
        let mut all = Vec::new();
        for line in app.records().review_lines().await? {
            // As the rule of the route finds it, without a question to the database for each file.
            let desk = app.desk_of(&line.origin).map(|desk| desk.agency.clone()).filter(|agency| !agency.is_empty());
            let agency = match (desk, &line.agency, &line.dossier) {
                (Some(agency), ..) => Some(agency),
                (None, Some(agency), _) => Some(agency.clone()),
                (None, None, Some(dossier)) => app.agency_of_dossier(dossier).await?,
                (None, None, None) => None,
            };
            if visitor.sees(agency.as_deref()) {
                all.push(Waiting { line, agency: agency.unwrap_or_default() });
            }
        }
        let wanted = all.iter().filter(|waiting| filter.lets_through(waiting)).cloned().collect();
        Ok(Self { all, wanted })
    }

    /// The next one behind this file, from the beginning again at the end; never the file itself.
    pub(crate) fn next(&self, after: FileId) -> Option<FileId> {
        let files = || self.wanted.iter().map(|waiting| waiting.line.file).filter(|file| *file != after);
        files().find(|file| *file > after).or_else(|| files().next())
    }
}
