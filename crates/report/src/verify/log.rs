//! The sealed events against the database's, and both against the signed checkpoints.

use std::collections::VecDeque;

use sohoa_store::{CHAIN_START, EventLine, EventLog, EventLogError, chain_link};

use super::findings::Findings;
use super::{Problem, ProblemKind, Stores, VerifyError};
use crate::checkpoint::{Comparison, FoundCheckpoint};

/// Events of the database that are read together.
const STRETCH: u32 = 5_000;

/// Lists segments to be hashed, and says which are missing or too many.
pub(super) async fn segments(stores: &Stores<'_>, findings: &mut Findings) -> Result<(), VerifyError> {
    let (firsts, strays) = stores.objects.log.list()?;
    // Rows are read after files: a segment is written first.
    let rows = match stores.records.segments().await {
        Ok(rows) => rows,
        Err(error) => return super::unless_away::<()>(Err(error)).map(|r| findings.item(r.err())),
    };
    let last = rows.last().map_or(0, |row| row.last);
    for row in &rows {
        findings.expect(None, stores.objects.log.path(row.first), row.digest);
    }
    // One that was just written has no row yet.
    let known = |first: &i64| *first == last + 1 || rows.iter().any(|row| row.first == *first);
    let extra = firsts.iter().filter(|f| !known(f)).map(|f| stores.objects.log.path(*f)).chain(strays);
    extra.for_each(|path| findings.item([Problem::new(None, &path, ProblemKind::Extra)]));
    Ok(())
}

/// Follows both copies of the events from the first to the last.
pub(super) async fn events(stores: &Stores<'_>, findings: &mut Findings) -> Result<(), VerifyError> {
    let found = match stores.key {
        Some(key) => stores.checkpoints.found(&key)?,
        None => Vec::new(),
    };
    let mut checkpoints = Comparison::new(&found);
    let wrong = |f: &FoundCheckpoint| Problem::new(None, &f.path, ProblemKind::Checkpoint);
    for checkpoint in &found {
        findings.item(checkpoint.states.is_none().then(|| wrong(checkpoint)));
    }
    // What was published once lies in the home, too.
    for checkpoint in &found {
        let own = checkpoint.path.file_name().map(|name| stores.checkpoints.own.join(name));
        let gone = own.filter(|own| !found.iter().any(|f| f.path == *own));
        findings.item(gone.map(|own| Problem::new(None, &own, ProblemKind::Missing)));
    }
    let mut sealed = Sealed::new(stores.objects.log)?;
    let mut after = 0;
    loop {
        let lines = match stores.records.event_lines(after, STRETCH).await {
            Ok(lines) => lines,
            Err(error) => return super::unless_away::<()>(Err(error)).map(|r| findings.item(r.err())),
        };
        let Some(last) = lines.last() else { break };
        after = last.number;
        for line in &lines {
            checkpoints.pass(line).into_iter().for_each(|f| findings.item([wrong(f)]));
            // What the database does not have between the last number and this one.
            sealed.skip_to(line.number, findings);
            if let Some(other) = sealed.take(line.number, findings) {
                let same = other.chain == line.chain && other.text == line.text;
                findings.item((!same).then(|| event(line.number, line.number, ProblemKind::EventMismatch)));
            }
        }
    }
    sealed.skip_to(i64::MAX, findings);
    for (found, _) in checkpoints.beyond() {
        findings.item([wrong(found)]);
    }
    Ok(())
}

fn event(from: i64, to: i64, kind: ProblemKind) -> Problem {
    let path = if from == to { format!("event {from}") } else { format!("events {from} to {to}") };
    Problem { dossier: None, path, kind }
}

/// The sealed events in order, a segment in memory at a time.
struct Sealed<'a> {
    log: &'a EventLog,
    segments: VecDeque<i64>,
    lines: VecDeque<EventLine>,
    chain: String,
    next: i64,
}

impl<'a> Sealed<'a> {
    fn new(log: &'a EventLog) -> Result<Self, EventLogError> {
        let (segments, _) = log.list()?;
        Ok(Self { log, segments: segments.into(), lines: VecDeque::new(), chain: CHAIN_START.to_owned(), next: 1 })
    }

    /// The next event, with the chain checked.
    fn pop(&mut self, findings: &mut Findings) -> Option<EventLine> {
        while self.lines.is_empty() {
            let first = self.segments.pop_front()?;
            match self.log.read(first) {
                Ok((_, lines)) => self.lines = lines.into(),
                Err(_) => {
                    findings.item([Problem::new(None, &self.log.path(first), ProblemKind::Unreadable)]);
                    continue;
                }
            }
            if first != self.next {
                // The gap is told by the segment that is missing; the chain goes on from what is there.
                self.chain = String::new();
            }
        }
        let line = self.lines.pop_front()?;
        let holds = self.chain.is_empty() || chain_link(&self.chain, &line.text).to_string() == line.chain;
        if !holds {
            findings.item([event(line.number, line.number, ProblemKind::EventMismatch)]);
        }
        self.chain.clone_from(&line.chain);
        self.next = line.number + 1;
        Some(line)
    }

    /// Passes what comes before this number: events that the database does not have.
    fn skip_to(&mut self, number: i64, findings: &mut Findings) {
        let mut missing: Option<(i64, i64)> = None;
        while self.lines.front().map_or(!self.segments.is_empty(), |line| line.number < number) {
            if self.lines.is_empty() && self.segments.front().is_some_and(|first| *first >= number) {
                break;
            }
            let Some(line) = self.pop(findings) else { break };
            if line.number >= number {
                self.lines.push_front(line);
                break;
            }
            missing = Some((missing.map_or(line.number, |m| m.0), line.number));
        }
        if let Some((from, to)) = missing {
            findings.item([event(from, to, ProblemKind::EventMissing)]);
        }
    }

    /// The event of this number, if it is the next one.
    fn take(&mut self, number: i64, findings: &mut Findings) -> Option<EventLine> {
        if self.lines.is_empty() && self.segments.front().is_none_or(|first| *first > number) {
            return None;
        }
        match self.lines.front() {
            Some(line) if line.number != number => None,
            _ => self.pop(findings),
        }
    }
}
