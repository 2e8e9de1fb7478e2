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
struct Report {
    database: String,
    #[serde(flatten)]
    rebuilt: Rebuilt,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
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
        Ok(SqliteRecords::rebuild(&half, &objects, SystemClock.now()).await.context("the database was not rebuilt")?)
    })?;
    std::fs::rename(&half, &database)?;
    if let Some(folder) = database.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    let fell_short = !rebuilt.problems.is_empty();
    let report = Report { database: database.display().to_string(), rebuilt };
    output.print(&report, |r| {
        let b = &r.rebuilt;
        let mut lines = format!("{}: {} events, {} files, {} documents\n", r.database, b.events, b.files, b.documents);
        b.problems.iter().for_each(|p| lines += &format!("{p}\n"));
        lines
    })?;
    Ok(if fell_short { Exit::FallsShort } else { Exit::Done })
}
