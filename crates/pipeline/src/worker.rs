//! The lease loop: reserve, process with no transaction open, commit guarded by the lease, or give back.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{Lease, StoreError};
use tokio::sync::watch;

use crate::process::Context;

/// How long a lease lasts without a heartbeat. A worker that dies holds its file no longer than this.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// How often a lease is prolonged while its job runs.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(300);

/// First pause after a failed attempt; doubles with each further one.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(5);

/// Why a worker stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Works the queue until `stop` says true; a file in work is finished first.
///
/// # Errors
/// [`WorkError::Store`] when the database cannot be used; a failing file never ends the loop.
pub async fn work(context: Arc<Context>, name: &str, mut stop: watch::Receiver<bool>) -> Result<(), WorkError> {
    while !*stop.borrow() {
        let reserved = context.records.reserve(name, context.clock.now(), LEASE, context.max_attempts, None).await;
        let lease = match reserved {
            Ok(Some(lease)) => lease,
            Ok(None) | Err(StoreError::Busy(_)) => {
                tokio::select! {
                    () = tokio::time::sleep(IDLE) => {}
                    _ = stop.changed() => {}
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        run(&context, &lease).await?;
    }
    Ok(())
}

/// Runs one job under its lease.
async fn run(context: &Context, lease: &Lease) -> Result<(), WorkError> {
    reached(Point::Reserved);
    let file = lease.file.id.0;
    let started = std::time::Instant::now();
    let outcome = tokio::select! {
        outcome = context.process(&lease.file) => outcome,
        lost = keep_alive(context, lease) => {
            tracing::warn!(file, attempt = lease.attempt, error = %lost, "the lease was lost, its result is dropped");
            return Ok(());
        }
    };
    let now = context.clock.now();
    let committed = match outcome {
        Ok(ended) => context.records.complete(lease, &ended.completion, &ended.events, now).await.map(|state| {
            reached(Point::Completed);
            tracing::info!(file, %state, millis = started.elapsed().as_millis(), "file processed");
        }),
        Err(error) => {
            let pause = BACK_OFF.saturating_mul(1 << lease.attempt.saturating_sub(1).min(10));
            tracing::warn!(file, attempt = lease.attempt, %error, "attempt failed, will be repeated");
            let not_before = now.saturating_add(pause).unwrap_or(now);
            context.records.give_back(lease, &error.to_string(), not_before, now).await
        }
    };
    match committed {
        Ok(()) => Ok(()),
        Err(StoreError::LeaseLost) => {
            tracing::warn!(file, "the lease was lost, its result is dropped");
            Ok(())
        }
        Err(StoreError::Busy(why)) => {
            tracing::warn!(file, why, "the database was busy, the job will be repeated when its lease ends");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Prolongs the lease again and again; returns only when that fails.
async fn keep_alive(context: &Context, lease: &Lease) -> StoreError {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let now = context.clock.now();
        match context.records.heartbeat(lease, now.saturating_add(LEASE).unwrap_or(now)).await {
            Ok(()) | Err(StoreError::Busy(_)) => {}
            Err(error) => return error,
        }
    }
}
