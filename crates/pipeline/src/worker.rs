//! The lease loop: reserve, process with no transaction open, commit guarded by the lease, or give back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{LONGEST_PAUSE, Lease, StoreError};
use tokio::sync::watch;

use crate::process::{Context, Ended, ProcessError};

/// How long an idle worker waits before it looks again.
const IDLE: Duration = Duration::from_millis(300);

/// Why a worker stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The records cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Works the queue until `stop` says true; a file in work is finished first.
///
/// A full disk or a database that cannot be used makes it pause and try again; such an attempt is not counted.
///
/// # Errors
/// [`WorkError::Store`] when the records are damaged; a failing file never ends the loop.
pub async fn work(context: Arc<Context>, name: &str, mut stop: watch::Receiver<bool>) -> Result<(), WorkError> {
    while !*stop.borrow() {
        let reserved =
            context.records.reserve(name, context.clock.now(), context.lease, context.max_attempts, None).await;
        let pause = match reserved {
            Ok(Some(lease)) => run(&context, &lease, &mut stop).await?,
            Ok(None) => IDLE,
            Err(error) if error.is_temporary() => context.trouble.met(&error, context.retry),
            Err(error) => return Err(error.into()),
        };
        wait(pause, &mut stop).await;
    }
    Ok(())
}

async fn wait(pause: Duration, stop: &mut watch::Receiver<bool>) {
    if !pause.is_zero() && !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What the records are to be told of an attempt.
enum Told {
    Ended(Box<Ended>),
    Failed(ProcessError),
    /// Not the file was at fault. The worker pauses this long.
    PutOff(String, Duration),
}

/// Runs one job under its lease. Returns how long to pause before the next one.
async fn run(context: &Context, lease: &Lease, stop: &mut watch::Receiver<bool>) -> Result<Duration, WorkError> {
    reached(Point::Reserved);
    let file = lease.file.id.0;
    let started = Instant::now();
    let outcome = tokio::select! {
        outcome = context.process(&lease.file) => outcome,
        lost = keep_alive(context, lease) => {
            tracing::warn!(file, attempt = lease.attempt, error = %lost, "the lease was lost, its result is dropped");
            return Ok(Duration::ZERO);
        }
    };
    let mut told = match outcome {
        Ok(ended) => Told::Ended(Box::new(ended)),
        Err(error) if error.is_not_of_the_file() => {
            let pause = context.trouble.met(&error, context.retry);
            Told::PutOff(error.to_string(), pause)
        }
        Err(error) => Told::Failed(error),
    };
    let mut waited_for_records = None;
    loop {
        match tell(context, lease, &told, started).await {
            Ok(()) => break,
            // The result is kept until the records can be used again.
            Err(error) if error.is_temporary() => {
                let pause = context.trouble.met(&error, context.retry).min(heartbeat(context));
                waited_for_records = Some(error.to_string());
                if *stop.borrow() {
                    tracing::warn!(file, "stopped before the result could be recorded, the job will be repeated");
                    return Ok(Duration::ZERO);
                }
                wait(pause, stop).await;
            }
            Err(StoreError::LeaseLost) => match waited_for_records.take() {
                // It ran out meanwhile; perhaps no one else has the job yet.
                Some(why) if !matches!(told, Told::PutOff(..)) => told = Told::PutOff(why, Duration::ZERO),
                _ => {
                    tracing::warn!(file, "the lease was lost, its result is dropped");
                    return Ok(Duration::ZERO);
                }
            },
            Err(error) => return Err(error.into()),
        }
    }
    match told {
        Told::Ended(_) => {
            context.trouble.over();
            Ok(Duration::ZERO)
        }
        Told::Failed(_) => Ok(Duration::ZERO),
        Told::PutOff(_, pause) => Ok(pause),
    }
}

async fn tell(context: &Context, lease: &Lease, told: &Told, started: Instant) -> Result<(), StoreError> {
    let (file, now) = (lease.file.id.0, context.clock.now());
    let after = |pause: SignedDuration| now.saturating_add(pause).unwrap_or(now);
    match told {
        Told::Ended(ended) => {
            let state = context.records.complete(lease, &ended.completion, &ended.events, now).await?;
            reached(Point::Completed);
            tracing::info!(file, %state, millis = started.elapsed().as_millis(), "file processed");
            Ok(())
        }
        Told::Failed(error) => {
            let pause = signed(context.retry).saturating_mul(1 << lease.attempt.saturating_sub(1).min(16));
            context.records.give_back(lease, &error.to_string(), after(pause.min(LONGEST_PAUSE)), now).await?;
            tracing::warn!(file, attempt = lease.attempt, %error, "attempt failed, will be repeated");
            Ok(())
        }
        // Longer than the worker pauses, so that another file gets its turn: it may be a smaller one.
        Told::PutOff(why, pause) => {
            context.records.put_off(lease, why, after(signed(*pause).saturating_mul(2)), now).await
        }
    }
}

fn signed(span: Duration) -> SignedDuration {
    SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX)
}

/// How often a lease is prolonged while its job runs.
fn heartbeat(context: &Context) -> Duration {
    context.lease.unsigned_abs() / 4
}

/// Prolongs the lease again and again; returns only when another has it, or the records are damaged.
async fn keep_alive(context: &Context, lease: &Lease) -> StoreError {
    loop {
        tokio::time::sleep(heartbeat(context)).await;
        let now = context.clock.now();
        match context.records.heartbeat(lease, now.saturating_add(context.lease).unwrap_or(now)).await {
            Err(error) if !error.is_temporary() => return error,
            _ => {}
        }
    }
}
