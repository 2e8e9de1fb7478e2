//! `sohoa status`: the conservation ledger.

use std::path::Path;

use serde::Serialize;
use sohoa_report::coverage;
use sohoa_store::{Ledger, PageLedger};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Serialize)]
struct Status {
    files: Ledger,
    pages: PageLedger,
    dossiers: Dossiers,
}

#[derive(Serialize)]
struct Dossiers {
    received: u64,
    digitized: u64,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let status = block_on(async {
        let home = Home::open(home).await?;
        let coverage = coverage(&home.records.dossiers_with_attachments(None, None).await?);
        Ok(Status {
            files: home.records.ledger().await?,
            pages: home.records.page_ledger().await?,
            dossiers: Dossiers { received: coverage.received, digitized: coverage.digitized_full },
        })
    })?;
    let (f, p) = (status.files, status.pages);
    let files_close = f.seen == f.pending + f.attached + f.review + f.rejected + f.duplicate;
    let pages_close = p.input == p.kept + p.separator + p.blank + p.failed;
    output.print(&status, |s| {
        format!(
            "files     seen {} = pending {} + attached {} + review {} + rejected {} + duplicate {}\n\
             pages     in {} = kept {} + separator {} + blank {} + failed {}\n\
             dossiers  received {}, digitized in full {}",
            f.seen,
            f.pending,
            f.attached,
            f.review,
            f.rejected,
            f.duplicate,
            p.input,
            p.kept,
            p.separator,
            p.blank,
            p.failed,
            s.dossiers.received,
            s.dossiers.digitized
        )
    })?;
    if !files_close || !pages_close {
        eprintln!("sohoa: the ledger does not close; run `sohoa verify`");
        return Ok(Exit::Defect);
    }
    Ok(Exit::Done)
}
