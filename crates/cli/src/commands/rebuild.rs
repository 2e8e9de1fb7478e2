//! `sohoa rebuild`: the database made anew from sealed events, packages, received bytes and kept register files.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use sohoa_store::{DiskBlobs, DiskPackages, EventLog, Objects, Rebuilt, SqliteRecords};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::home::block_on;
use crate::output::Output;
use sohoa_domain::Clock as _;

#[derive(Serialize)]
pub(crate) struct Report {
    database: String,
    #[serde(flatten)]
    rebuilt: Rebuilt,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let report = rebuild(home)?;
    let fell_short = !report.rebuilt.problems.is_empty();
    output.print(&report, text)?;
    Ok(if fell_short { Exit::FallsShort } else { Exit::Done })
}

/// Makes the database of a home that has none.
pub(crate) fn rebuild(home: &Path) -> anyhow::Result<Report> {
    let home = std::path::absolute(home)?;
    let config = Config::load(&home).map_err(NotReady::from)?;
    let database = config.store.database(&home).map_err(NotReady::from)?;
    if database.exists() {
        return Err(
            NotReady(format!("{} is there; move it away first, with its -wal and -shm", database.display())).into()
        );
    }
    let mut half = database.clone().into_os_string();
    half.push(".rebuild");
    let half = std::path::PathBuf::from(half);
    let rebuilt = block_on(async {
        for rest in ["", "-wal", "-shm"] {
            let mut rest_of = half.clone().into_os_string();
            rest_of.push(rest);
            if Path::new(&rest_of).exists() {
                std::fs::remove_file(&rest_of)?;
            }
        }
        let blobs = DiskBlobs::open(config.store.blobs(&home)?).context("cannot open the store of received files")?;
        let packages = DiskPackages::open(config.store.packages(&home)?).context("cannot open the packages")?;
        let log = EventLog::open(config.store.events(&home)?).context("cannot open the events")?;
        let objects = Objects { blobs: &blobs, packages: &packages, log: &log, headers: &config.register.headers };
        SqliteRecords::rebuild(&half, &objects, SystemClock.now()).await.context("the database was not rebuilt")
    })?;
    std::fs::rename(&half, &database)?;
    if let Some(folder) = database.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(Report { database: database.display().to_string(), rebuilt })
}

pub(crate) fn text(report: &Report) -> String {
    let b = &report.rebuilt;
    let mut lines = format!("{}: {} events, {} files, {} documents\n", report.database, b.events, b.files, b.documents);
    if b.adopted > 0 {
        lines += &format!("{} received files that no event tells of are in the queue\n", b.adopted);
    }
    b.problems.iter().for_each(|p| lines += &format!("{p}\n"));
    lines
}
