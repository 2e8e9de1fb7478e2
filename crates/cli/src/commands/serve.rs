//! `sohoa serve`, `watch`, `work`: the scan folders and the queue, together or apart.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch as signal;
use tokio::task::JoinSet;

use crate::exit::Exit;
use crate::home::{Home, block_on};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    work: WorkArgs,
}

#[derive(clap::Args)]
pub(crate) struct WorkArgs {
    /// Files in work at the same time [default: one a core]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

pub(crate) fn serve(home: &Path, args: &Args) -> anyhow::Result<Exit> {
    run(home, true, Some(&args.work))
}

pub(crate) fn watch(home: &Path) -> anyhow::Result<Exit> {
    run(home, true, None)
}

pub(crate) fn work(home: &Path, args: &WorkArgs) -> anyhow::Result<Exit> {
    run(home, false, Some(args))
}

fn run(home: &Path, watching: bool, working: Option<&WorkArgs>) -> anyhow::Result<Exit> {
    block_on(async {
        let home = Home::open(home).await?;
        home.recover().await?;
        let (stop, stopped) = signal::channel(false);
        let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
        if watching {
            for inbox in home.inboxes() {
                std::fs::create_dir_all(&inbox.path)?;
                tracing::info!(inbox = %inbox.path.display(), "watching");
                let (intake, stopped) = (home.intake(), stopped.clone());
                tasks.spawn(async move {
                    sohoa_pipeline::watch(inbox, intake, stopped).await;
                    Ok(())
                });
            }
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
        let ended = tokio::select! {
            () = asked_to_stop() => {
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

/// Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
