//! `sohoa serve`, `watch`, `work`: the web application, the scan folders and the queue, together or apart.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::SignedDuration;
use sohoa_report::VerifyOptions;
use sohoa_store::FixityOf;
use tokio::sync::watch as signal;
use tokio::task::JoinSet;

use crate::exit::Exit;
use crate::home::{AGENT, Home, block_on};
use crate::output::Output;
use crate::web_home;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    work: WorkArgs,
    /// Where to answer browsers and programs [default: web.listen of the settings]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

#[derive(clap::Args)]
pub(crate) struct WorkArgs {
    /// Files in work at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

pub(crate) fn serve(home: &Path, args: &Args) -> anyhow::Result<Exit> {
    run(home, true, Some(&args.work), Some(args.listen))
}

pub(crate) fn watch(home: &Path) -> anyhow::Result<Exit> {
    run(home, true, None, None)
}

pub(crate) fn work(home: &Path, args: &WorkArgs) -> anyhow::Result<Exit> {
    run(home, false, Some(args), None)
}

/// `answering`: with the web application, at this address when one is given.
fn run(
    home: &Path,
    watching: bool,
    working: Option<&WorkArgs>,
    answering: Option<Option<SocketAddr>>,
) -> anyhow::Result<Exit> {
    block_on(async {
        // First of all: until then such a signal kills, or is lost on a process that is the first of a container.
        let asked = asked_to_stop().context("cannot listen for signals")?;
        let home = Arc::new(Home::open(home).await?);
        home.recover().await?;
        let (stop, stopped) = signal::channel(false);
        let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
        if let Some(listen) = answering {
            let (server, web, programs) = web_home::open(&home, listen).await?;
            tracing::info!(address = server.url(), "answering");
            if let Some(path) = web.first_admin_path().await? {
                // To whoever started it, and not to the log, which others read.
                let link = format!("{}{path}", web_home::url(&home, &server));
                let output = Output { json: false };
                output.print(&link, |link| format!("There are no users yet. Open {link} once to make the first."))?;
            }
            let mut stopping = stopped.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = programs.keep_swept() => {}
                    _ = stopping.wait_for(|stopped| *stopped) => {}
                }
                Ok(())
            });
            let stopped = stopped.clone();
            tasks.spawn(async move { Ok(server.run(Arc::new(web), stopped).await?) });
        }
        if watching {
            for inbox in home.inboxes() {
                // Elsewhere lie shares, and what is made at the place of one that is away would hide that.
                if inbox.path.starts_with(&home.path) {
                    // One that cannot be made is away, too: the watcher tells, and the others are not held up.
                    let _ = std::fs::create_dir_all(&inbox.path);
                }
                tracing::info!(inbox = %inbox.path.display(), "watching");
                let (intake, stopped) = (home.intake(), stopped.clone());
                tasks.spawn(async move {
                    sohoa_pipeline::watch(inbox, intake, stopped).await;
                    Ok(())
                });
            }
        }
        if let Some(inbox) = home.config.register.inbox(&home.path).filter(|_| watching) {
            if inbox.path.starts_with(&home.path) {
                let _ = std::fs::create_dir_all(&inbox.path);
            }
            let (intake, stopped) = (home.register_intake(), stopped.clone());
            tasks.spawn(async move {
                sohoa_pipeline::watch_registers(inbox, intake, stopped).await;
                Ok(())
            });
        }
        if let Some(args) = working {
            let context = home.worker_context()?;
            let workers = args.workers.unwrap_or_else(|| home.config.ocr.jobs()).max(1);
            tracing::info!(workers, "working the queue");
            for n in 1..=workers {
                let (context, stopped) = (Arc::clone(&context), stopped.clone());
                tasks.spawn(async move {
                    Ok(sohoa_pipeline::work(context, &sohoa_pipeline::worker_name(n), stopped).await?)
                });
            }
        }
        {
            let (home, stopped) = (Arc::clone(&home), stopped.clone());
            tasks.spawn(async move { keep_history(&home, stopped).await });
        }
        if working.is_some() && home.config.verify.every_days > 0 {
            // On a thread that nobody waits for: verification blocks its thread while it hashes, for hours where it pauses
            // between files, and the runtime would not end before its own threads do, blocking ones too.
            let (home, mut stopped) = (Arc::clone(&home), stopped.clone());
            let runtime = tokio::runtime::Handle::current();
            std::thread::spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = verify_again(&home) => {}
                        _ = stopped.wait_for(|stopped| *stopped) => {}
                    }
                });
            });
        }
        let ended = tokio::select! {
            () = asked => {
                tracing::info!("stopping: files in work are finished first");
                None
            }
            ended = tasks.join_next() => ended,
        };
        let _ = stop.send(true);
        let mut result = ended.map_or(Ok(()), |joined| joined.unwrap_or_else(|e| Err(e.into())));
        while let Some(joined) = tasks.join_next().await {
            result = result.and(joined.unwrap_or_else(|e| Err(e.into())));
        }
        result
    })?;
    Ok(Exit::Done)
}

/// How often events are sealed.
const SEAL: Duration = Duration::from_secs(10);

/// Seals events and signs checkpoints, now and then and at the end. What fails is tried again the next time.
async fn keep_history(home: &Home, mut stop: signal::Receiver<bool>) -> anyhow::Result<()> {
    let every = Duration::from_secs(60 * u64::from(home.config.checkpoints.every_minutes));
    let mut signed = Instant::now();
    let mut failing = false;
    loop {
        let stopping = *stop.borrow();
        let mut done = home.seal().await;
        if done.is_ok() && (stopping || signed.elapsed() >= every) {
            signed = Instant::now();
            done = home.checkpoint().await;
        }
        match done {
            Ok(()) => failing = false,
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(error = format!("{error:#}"), "events cannot be sealed or signed; tried again");
            }
            Err(_) => {}
        }
        if stopping {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(SEAL) => {}
            _ = stop.changed() => {}
        }
    }
}

/// How often it is looked whether a verification is due.
const DUE: Duration = Duration::from_secs(3600);

/// Verifies everything again when it is due, slowly, and puts on record how it ended.
async fn verify_again(home: &Home) {
    let every = SignedDuration::from_hours(24 * i64::from(home.config.verify.every_days));
    loop {
        let last = home.records.fixity_checks(FixityOf::Everything, 1).await.unwrap_or_default();
        let now = home.clock.now();
        if last.first().is_none_or(|check| now.duration_since(check.at) >= every) {
            let options = VerifyOptions {
                threads: NonZero::new(1),
                share: Some(f64::from(home.config.verify.percent) / 100.0),
                ..VerifyOptions::default()
            };
            match home.verify(&options, &|_, _| {}).await {
                Ok(report) => {
                    for problem in &report.problems {
                        tracing::error!(kind = %problem.kind, path = problem.path, "verification found a problem");
                    }
                    let events = report.events(None, home.clock.now(), AGENT);
                    if let Err(error) = home.records.tell(&events).await {
                        tracing::warn!(%error, "the end of a verification could not be put on record");
                    }
                }
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "verification could not be done; tried again")
                }
            }
        }
        tokio::time::sleep(DUE).await;
    }
}

/// Ends with Ctrl-C or SIGTERM, one that comes after this call and before the first poll included.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
