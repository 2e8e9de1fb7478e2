//! `sohoa backup DEST` and `sohoa restore FROM`: everything that counts, copied while work goes on.
//!
//! The database is left out: it follows from the rest. The accounts and what is kept for programs do not, and are copied. Events are copied first, then received bytes, then packages, so that
//! what comes in meanwhile is there in full or adopted when the database is made anew.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;
use sohoa_store::{Accounts as _, PackageEntry, Programs as _};
use walkdir::WalkDir;

use super::rebuild;
use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::home::{Home, block_on};
use crate::output::Output;

/// The accounts in a backup.
const ACCOUNTS: &str = "accounts.db";
/// What is kept for programs.
const PROGRAMS: &str = "programs.db";

#[derive(clap::Args)]
pub(crate) struct BackupArgs {
    /// Folder on another disk; one that holds an earlier backup gets what is new
    dest: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// Folder with a backup
    from: PathBuf,
}

#[derive(Debug, Default, Serialize)]
struct Copied {
    files: u64,
    bytes: u64,
    /// There already, with the same length and time.
    kept: u64,
}

impl Copied {
    /// Copies a file unless it is there already; whole or not at all.
    fn file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let meta = fs::metadata(from)?;
        if let Ok(there) = fs::metadata(to)
            && there.len() == meta.len()
            && there.modified()? == meta.modified()?
        {
            self.kept += 1;
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
            let half = tempfile::Builder::new().prefix(".copy-").tempfile_in(folder)?;
            io::copy(&mut fs::File::open(from)?, &mut half.as_file())?;
            half.as_file().set_permissions(meta.permissions())?;
            half.as_file().set_modified(meta.modified()?)?;
            half.as_file().sync_all()?;
            half.persist(to).map_err(|e| e.error)?;
        }
        self.files += 1;
        self.bytes += meta.len();
        Ok(())
    }

    /// Copies a folder with all below it, but for names that `skip` knows.
    fn tree(&mut self, from: &Path, to: &Path, skip: &[&str]) -> anyhow::Result<()> {
        // Also a folder with nothing in it belongs to a home.
        fs::create_dir_all(to).with_context(|| to.display().to_string())?;
        let entries = WalkDir::new(from).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|e| !(e.depth() == 1 && skip.iter().any(|s| e.file_name() == *s))) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let below = entry.path().strip_prefix(from)?;
                self.file(entry.path(), &to.join(below)).with_context(|| entry.path().display().to_string())?;
            }
        }
        Ok(())
    }
}

/// The keys of a home and where a backup keeps them. Certificates have one of their own only when the settings say so.
fn keys(home: &Path, config: &Config, backup: &Path) -> Vec<(PathBuf, PathBuf)> {
    let (checkpoints, certificates) = (&*config.checkpoints.key, config.certificate_key());
    let mut keys = vec![(home.join(checkpoints), backup.join("keys/checkpoint.key"))];
    if certificates != checkpoints {
        keys.push((home.join(certificates), backup.join("keys/certificate.key")));
    }
    keys
}

pub(crate) fn backup(home: &Path, args: &BackupArgs, output: Output) -> anyhow::Result<Exit> {
    let copied = block_on(async {
        let home = Home::open(home).await?;
        home.seal().await?;
        home.checkpoint().await?;
        let mut copied = Copied::default();
        copied.tree(home.log.root(), &args.dest.join("events"), &["tmp"])?;
        copied.tree(home.blobs.root(), &args.dest.join("blobs"), &["tmp"])?;
        let packages = args.dest.join("ocfl");
        for (path, _) in home.packages.storage_files() {
            copied.file(&path, &packages.join(path.strip_prefix(home.packages.root())?))?;
        }
        for entry in home.packages.objects() {
            let PackageEntry::Object(root) = entry? else { continue };
            let dossier = root.file_name().and_then(|n| sohoa_store::ocfl::dossier_of_directory(n.to_str()?));
            // A version that is just going in waits until its package is copied.
            let _hold = dossier.map(|d| home.packages.hold(&d)).transpose()?;
            copied.tree(&root, &packages.join(root.strip_prefix(home.packages.root())?), &[])?;
        }
        let checkpoints = home.checkpoints().own;
        copied.tree(&checkpoints, &args.dest.join("checkpoints"), &[])?;
        let certificates = home.path.join("certificates");
        if certificates.exists() {
            copied.tree(&certificates, &args.dest.join("certificates"), &["tmp"])?;
        }
        home.certificate_key()?;
        for (key, copy) in keys(&home.path, &home.config, &args.dest) {
            copied.file(&key, &copy)?;
            copied.file(&key.with_extension("pub"), &copy.with_extension("pub"))?;
        }
        copied.file(&home.path.join("sohoa.toml"), &args.dest.join("sohoa.toml"))?;
        // Databases that may be in use are not copied byte by byte.
        let folder = tempfile::tempdir_in(&args.dest)?;
        if home.accounts_path()?.exists() {
            home.accounts().await?.copy_to(&folder.path().join(ACCOUNTS)).await?;
        }
        if home.programs_path()?.exists() {
            home.programs().await?.copy_to(&folder.path().join(PROGRAMS)).await?;
        }
        for name in [ACCOUNTS, PROGRAMS] {
            let copy = folder.path().join(name);
            if copy.exists() {
                fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
                copied.file(&copy, &args.dest.join(name))?;
            }
        }
        Ok(copied)
    })?;
    output.print(&copied, |c| {
        format!(
            "{} files copied ({} bytes), {} were there already; the key in keys/ is secret",
            c.files, c.bytes, c.kept
        )
    })?;
    Ok(Exit::Done)
}

pub(crate) fn restore(home: &Path, args: &RestoreArgs, output: Output) -> anyhow::Result<Exit> {
    if home.join("sohoa.toml").exists() {
        return Err(NotReady(format!("{} is a home already; restore into a new one", home.display())).into());
    }
    let mut copied = Copied::default();
    copied.file(&args.from.join("sohoa.toml"), &home.join("sohoa.toml")).context("there is no backup")?;
    let home = std::path::absolute(home)?;
    let config = Config::load(&home).map_err(NotReady::from)?;
    for (key, copy) in keys(&home, &config, &args.from) {
        copied.file(&copy, &key)?;
        copied.file(&copy.with_extension("pub"), &key.with_extension("pub"))?;
    }
    copied.tree(&args.from.join("checkpoints"), &home.join("checkpoints"), &[])?;
    let certificates = args.from.join("certificates");
    if certificates.exists() {
        copied.tree(&certificates, &home.join("certificates"), &[])?;
    }
    copied.tree(&args.from.join("blobs"), &config.store.blobs(&home)?, &[])?;
    copied.tree(&args.from.join("ocfl"), &config.store.packages(&home)?, &[])?;
    copied.tree(&args.from.join("events"), &config.store.events(&home)?, &[])?;
    let accounts = args.from.join(ACCOUNTS);
    if accounts.exists() {
        copied.file(&accounts, &config.store.accounts(&home)?)?;
    }
    let programs = args.from.join(PROGRAMS);
    if programs.exists() {
        copied.file(&programs, &config.store.programs(&home)?)?;
    }
    let report = rebuild::rebuild(&home)?;
    output.print(&report, rebuild::text)?;
    Ok(Exit::Done)
}
