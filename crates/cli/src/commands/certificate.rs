//! `sohoa certificate`: signed statements of coverage, proofs of single dossiers, and the check of both without a home.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::DossierCode;
use sohoa_report::{CertificateError, Given, Kept, Made, Making, PublicKey, TrustedRoots, check_certificate};

use crate::config::Config;
use crate::exit::{Exit, NotReady};
use crate::home::{AGENT, Home, block_on};
use crate::output::Output;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Sign what is digitized of what was received in a period
    Make(MakeArgs),
    /// Prove that one dossier is in a certificate, without a word about the others
    Prove {
        /// Certificate that this home made
        certificate: PathBuf,
        /// Dossier
        #[arg(long, value_name = "CODE")]
        dossier: DossierCode,
        /// Where the proof goes
        out: PathBuf,
    },
    /// Write the register as a certificate that this home made has seen it
    Snapshot {
        /// Certificate
        certificate: PathBuf,
        /// Where the snapshot goes
        out: PathBuf,
    },
    /// Check a certificate; with --key no home is needed
    Check(CheckArgs),
}

#[derive(clap::Args)]
pub(crate) struct MakeArgs {
    /// First day of reception
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day of reception
    #[arg(long, value_name = "DAY")]
    to: Date,
    /// A certificate made elsewhere that this one has to continue, once for each; the home's own are continued anyway
    #[arg(long, value_name = "OLD")]
    since: Vec<PathBuf>,
    /// Do without the time stamp that the settings ask for
    #[arg(long)]
    no_time_stamp: bool,
    /// Where the certificate goes
    out: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct CheckArgs {
    /// Certificate
    certificate: PathBuf,
    /// File with the public key (.pub), once for each that may have signed [default: the home's]
    #[arg(long, value_name = "PUB")]
    key: Vec<PathBuf>,
    /// An earlier certificate: history may only have been added to since
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
    /// Proof of one dossier
    #[arg(long, value_name = "PROOF")]
    proof: Option<PathBuf>,
    /// That dossier's package, wherever it lies
    #[arg(long, value_name = "DIR", requires = "proof")]
    package: Option<PathBuf>,
    /// The register snapshot
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Certificate (PEM) of a trusted authority for time stamps, once for each [default: the settings']
    #[arg(long, value_name = "PEM")]
    tsa_root: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Written {
    path: PathBuf,
}

fn kept(home: &Path) -> Kept {
    Kept { folder: home.join("certificates") }
}

pub(crate) fn run(home: &Path, command: &Command, output: Output) -> anyhow::Result<Exit> {
    let written = |path: &Path| output.print(&Written { path: path.to_owned() }, |w| w.path.display().to_string());
    match command {
        Command::Make(args) => make(home, args, output),
        Command::Check(args) => check(home, args, output),
        Command::Prove { certificate, dossier, out } => {
            let proof = kept(home).prove(certificate, dossier)?;
            std::fs::write(out, proof).with_context(|| out.display().to_string())?;
            written(out)?;
            Ok(Exit::Done)
        }
        Command::Snapshot { certificate, out } => {
            kept(home).snapshot(certificate, out)?;
            written(out)?;
            Ok(Exit::Done)
        }
    }
}

fn make(home: &Path, args: &MakeArgs, output: Output) -> anyhow::Result<Exit> {
    if args.from > args.to {
        bail!("the first day is behind the last one");
    }
    let out = std::path::absolute(&args.out)?;
    let made = block_on(async {
        let home = Home::open(home).await?;
        let authority = home.config.certificate.authority()?.filter(|_| !args.no_time_stamp);
        let making = Making {
            records: &*home.records,
            kept: &kept(&home.path),
            key: &home.certificate_key()?,
            authority: authority.as_ref(),
            since: &args.since,
            software: AGENT,
            person: AGENT,
            now: home.clock.now(),
        };
        let made = making.make(args.from, args.to, Some(out)).await?;
        home.seal().await?;
        Ok(made)
    })?;
    output.print(&made, lines)?;
    Ok(if made.not_continued.is_empty() { Exit::Done } else { Exit::FallsShort })
}

fn lines(made: &Made) -> String {
    let f = &made.statement.figures;
    let stamp = if made.time_stamp { "có dấu thời gian" } else { "không có dấu thời gian" };
    let mut lines = format!(
        "{}\n{} hồ sơ trong phạm vi, {} số hóa đầy đủ, {} còn thiếu; {stamp}\n",
        made.path.display(),
        f.received,
        f.full,
        f.incomplete,
    );
    for root in &made.not_continued {
        lines += &format!("SAI  nhật ký sự kiện không nối tiếp giấy chứng nhận có gốc {root}\n");
    }
    for digest in &made.lost {
        lines += &format!(
            "LƯU Ý  giấy chứng nhận có mã băm {digest} không còn trong certificates/; nối tiếp nó bằng --since\n"
        );
    }
    lines
}

fn check(home: &Path, args: &CheckArgs, output: Output) -> anyhow::Result<Exit> {
    // A home is looked at only for what is not given.
    let config = (home.join("sohoa.toml").exists() && (args.key.is_empty() || args.tsa_root.is_empty()))
        .then(|| Config::load(home).map_err(NotReady::from))
        .transpose()?;
    let paths = match (&args.key[..], &config) {
        ([], None) => return Err(NotReady("there is no home here: --key names the public key".to_owned()).into()),
        ([], Some(config)) => vec![home.join(config.certificate_key()).with_extension("pub")],
        (given, _) => given.to_vec(),
    };
    let key = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|e| NotReady(format!("{}: {e}", path.display())))?;
        PublicKey::parse(&text).ok_or_else(|| NotReady(format!("{}: no public key of ours", path.display())))
    };
    let keys = paths.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let mut roots = args.tsa_root.clone();
    if let ([], Some(config)) = (&roots[..], &config) {
        roots = config.certificate.tsa_roots.iter().map(|path| home.join(path)).collect();
    }
    let roots = (!roots.is_empty()).then(|| TrustedRoots::read(&roots)).transpose()?;
    let given = Given {
        keys: &keys,
        against: args.against.as_deref(),
        proof: args.proof.as_deref(),
        package: args.package.as_deref(),
        snapshot: args.snapshot.as_deref(),
        roots: roots.as_ref(),
    };
    let report = check_certificate(&args.certificate, &given)?;
    output.print(&report, |r| r.lines())?;
    Ok(if report.problems.is_empty() { Exit::Done } else { Exit::FallsShort })
}

/// How the program ends when a certificate could not be used.
pub(crate) fn exit_of(error: &CertificateError) -> Exit {
    use CertificateError::{Damaged, NoCertificate, NotIn, NotKept};
    match error {
        NoCertificate(_) | NotIn(_) | NotKept | Damaged(_) => Exit::Refused,
        CertificateError::Store(error) => Exit::of_store(error),
        _ => Exit::NotReady,
    }
}
