//! `sohoa`: every paper received is digitized, and nothing is lost or silently wrong.
//!
//! This crate is the only one that names concrete stores. Each command is one file in `commands/`.

mod clock;
mod commands;
mod config;
mod exit;
mod files;
mod home;
mod output;
mod web_audit;
mod web_backlog;
mod web_counter;
mod web_home;
mod web_programs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{certificate, convert, cover_sheet, coverage, dossier, ingest, register, review, search, serve, verify};

/// Digitization of dossiers: scan folders in, searchable PDF/A on the right dossier out, with proof.
#[derive(Parser)]
#[command(name = "sohoa", version, about)]
struct Args {
    /// Folder with settings, database, received files and packages [default: $SOHOA_HOME, else ./sohoa-home]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,

    /// One JSON document on stdout and nothing else
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a home with commented settings
    Init,
    /// Convert one file into a searchable PDF/A, without a home
    Convert(convert::Args),
    /// The register of received dossiers
    Register {
        #[command(subcommand)]
        command: register::Command,
    },
    /// The catalogue of procedures and their components
    Catalogue {
        #[command(subcommand)]
        command: commands::catalogue::Command,
    },
    /// Accept files and folders and queue them
    Ingest(ingest::Args),
    /// Answer browsers and programs, watch the scan folders and work the queue
    Serve(serve::Args),
    /// Watch the scan folders only
    Watch,
    /// Work the queue only
    Work(serve::WorkArgs),
    /// Batches, and pausing them
    Batch {
        #[command(subcommand)]
        command: commands::batch::Command,
    },
    /// The conservation ledger: every file ever seen is in exactly one state
    Status,
    /// What hangs on a dossier
    Dossier {
        #[command(subcommand)]
        command: dossier::Command,
    },
    /// The dossier that is open at a counter
    Session {
        #[command(subcommand)]
        command: commands::session::Command,
    },
    /// What waits for a person
    Review {
        #[command(subcommand)]
        command: review::Command,
    },
    /// Print separator sheets with a QR code, a page a component
    CoverSheet(cover_sheet::Args),
    /// Who may sign in
    User {
        #[command(subcommand)]
        command: commands::user::Command,
    },
    /// Other systems that are told of what happens
    Webhook {
        #[command(subcommand)]
        command: commands::webhook::Command,
    },
    /// Full-text search, with or without accents
    Search(search::Args),
    /// Digitized against received
    Coverage(coverage::Args),
    /// What was received and handled in a period, with every sum checked
    Report(commands::report::Args),
    /// Signed statements of coverage that others check without trust
    Certificate {
        #[command(subcommand)]
        command: certificate::Command,
    },
    /// Samples of documents to compare with paper
    Audit {
        #[command(subcommand)]
        command: commands::audit::Command,
    },
    /// Hand dossiers over to other systems
    Export(commands::export::Args),
    /// Re-hash everything and compare it with the records
    Verify(verify::Args),
    /// Make the database anew from events, packages and received bytes
    Rebuild,
    /// Copy everything that counts to another disk, while work goes on
    Backup(commands::backup::BackupArgs),
    /// Make a new home from a backup
    Restore(commands::backup::RestoreArgs),
    /// Look whether everything that is needed is there
    Doctor,
    /// Settings
    Config {
        #[command(subcommand)]
        command: commands::config::Command,
    },
    /// The barcode decoder's process
    #[command(hide = true)]
    BarcodeChild {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// The recognizer's process
    #[command(hide = true)]
    OcrChild {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    sohoa_heap::bound();
    let args = Args::parse();
    match &args.command {
        Command::OcrChild { args } => return sohoa_ocr::child_main(args),
        Command::BarcodeChild { args } => return sohoa_barcode::child_main(args),
        _ => {}
    }
    // The driver of the database warns of statements that take a second: a sum over a million dossiers may.
    let filter = tracing_subscriber::EnvFilter::try_from_env("SOHOA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sohoa=info,sqlx::query=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let home = args.home.or_else(|| std::env::var_os("SOHOA_HOME").map(PathBuf::from));
    let home = home.unwrap_or_else(|| PathBuf::from("sohoa-home"));
    let output = output::Output { json: args.json };
    let result = match args.command {
        Command::Init => commands::init::run(&home, output),
        Command::Convert(args) => convert::run(&args, output),
        Command::Register { command } => register::run(&home, &command, output),
        Command::Catalogue { command } => commands::catalogue::run(&home, &command, output),
        Command::Ingest(args) => ingest::run(&home, &args, output),
        Command::Serve(args) => serve::serve(&home, &args),
        Command::Watch => serve::watch(&home),
        Command::Work(args) => serve::work(&home, &args),
        Command::Batch { command } => commands::batch::run(&home, &command, output),
        Command::Status => commands::status::run(&home, output),
        Command::Dossier { command } => dossier::run(&home, &command, output),
        Command::Session { command } => commands::session::run(&home, &command, output),
        Command::Review { command } => review::run(&home, &command, output),
        Command::CoverSheet(args) => cover_sheet::run(&home, &args, output),
        Command::User { command } => commands::user::run(&home, &command, output),
        Command::Webhook { command } => commands::webhook::run(&home, &command, output),
        Command::Search(args) => search::run(&home, &args, output),
        Command::Coverage(args) => coverage::run(&home, &args, output),
        Command::Report(args) => commands::report::run(&home, &args, output),
        Command::Certificate { command } => certificate::run(&home, &command, output),
        Command::Audit { command } => commands::audit::run(&home, &command, output),
        Command::Export(args) => commands::export::run(&home, &args, output),
        Command::Verify(args) => verify::run(&home, &args, output),
        Command::Rebuild => commands::rebuild::run(&home, output),
        Command::Backup(args) => commands::backup::backup(&home, &args, output),
        Command::Restore(args) => commands::backup::restore(&home, &args, output),
        Command::Doctor => commands::doctor::run(&home, output),
        Command::Config { command } => commands::config::run(&home, &command, output),
        Command::OcrChild { args } => return sohoa_ocr::child_main(&args),
        Command::BarcodeChild { args } => return sohoa_barcode::child_main(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = exit::Exit::of(&error);
            eprintln!("sohoa: {error:#}");
            exit.into()
        }
    }
}
