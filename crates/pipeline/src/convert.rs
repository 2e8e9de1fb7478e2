//! One file in, searchable PDF/A, ALTO and text out. The order of the stages stands here and nowhere else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard};

use jiff::civil::Date;
use sohoa_domain::{Field, InputError, Limits, PageOutcome, PageRecord};
use sohoa_dossier::{FieldReader, FieldRules};
use sohoa_pdf::DocumentInfo;

use crate::assemble::{AssembleError, Assembly};
use crate::engines::Engines;
use crate::page::{PageContext, PageResult};
use crate::source::PageSource;
use crate::timings::Timings;

/// Where the results go. Nothing is left at these paths when the conversion fails.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    /// Searchable PDF/A-2u.
    pub pdf: &'a Path,
    /// Plain text, form feeds between pages.
    pub text: Option<&'a Path>,
    /// ALTO 4 XML.
    pub alto: Option<&'a Path>,
}

/// How to convert.
pub struct ConvertOptions<'a> {
    /// Recognizers.
    pub engines: &'a Engines,
    /// Pages in work at the same time.
    pub jobs: usize,
    /// Limits.
    pub limits: &'a Limits,
    /// Title, identifier, language of the PDF.
    pub info: DocumentInfo,
    /// Name of the source file for the ALTO header; empty when it is not to be told.
    pub source_name: &'a str,
    /// Which fields are taken from the text, and how.
    pub field_rules: &'a FieldRules,
    /// Day on which the paper came in: later dates on it are doubted.
    pub received: Date,
}

/// What a conversion did.
#[derive(Debug)]
pub struct Conversion {
    /// Every physical page in order.
    pub pages: Vec<PageRecord>,
    /// Text of page 1: evidence for what the paper is.
    pub first_page_text: String,
    /// What the paper says of itself.
    pub fields: Vec<Field>,
    /// Bytes of the PDF.
    pub pdf_bytes: u64,
    /// Name of the recognizer, empty when none was asked.
    pub engine: String,
    /// Milliseconds by stage.
    pub timings: BTreeMap<&'static str, u64>,
}

impl Conversion {
    /// Pages without text because they failed.
    pub fn failed_pages(&self) -> usize {
        self.pages.iter().filter(|p| p.outcome.is_failure()).count()
    }
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The input is refused.
    #[error(transparent)]
    Refused(#[from] InputError),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] AssembleError),
}

/// Converts `input`. `progress` hears the number of pages done and of all pages after each page.
///
/// Stages: open → per page, in parallel: load, inspect, recognize → assemble in order → publish.
/// At most `jobs` pages are decoded at a time and at most `2 · jobs` results wait to be written, so that memory is
/// bounded by the page, not by the file.
///
/// # Errors
/// [`ConvertError::Refused`] when the file, or every page of it, cannot be decoded; a page that fails beside good ones is
/// an outcome of that page, not an error.
pub fn convert(
    input: &Path,
    outputs: &Outputs<'_>,
    options: ConvertOptions<'_>,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<Conversion, ConvertError> {
    let timings = Timings::default();
    let source = timings.cpu("open", || PageSource::open(input, options.limits))?;
    let total = source.page_count();
    let context = PageContext { source: &source, engines: options.engines, limits: options.limits, timings: &timings };
    let mut assembly = Assembly::begin(outputs, options.info, options.source_name)?;
    let mut conversion = Conversion {
        pages: Vec::with_capacity(total as usize),
        first_page_text: String::new(),
        fields: Vec::new(),
        pdf_bytes: 0,
        engine: String::new(),
        timings: BTreeMap::new(),
    };
    let mut fields = FieldReader::new(options.field_rules, Some(options.received));
    let mut first_refusal = None;
    let mut shown = 0;
    let queue = PageQueue::new(total, options.jobs.max(1));
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&queue);
        for _ in 0..options.jobs.clamp(1, total.max(1) as usize) {
            scope.spawn(|| queue.work(|index| context.process(index)));
        }
        for index in 0..total {
            let result = queue.next_result(index)?;
            timings.cpu("write", || assembly.page(&source, &result))?;
            if let Some(refusal) = result.refusal {
                first_refusal.get_or_insert(refusal);
            } else {
                shown += 1;
            }
            if let Some(text) = &result.text {
                if index == 0 {
                    conversion.first_page_text = text.plain_text();
                }
                timings.cpu("fields", || {
                    fields.page(index + 1, text, result.record.inspection.as_ref().and_then(|i| i.seal))
                });
                if !result.record.own_text {
                    conversion.engine.clone_from(&text.engine);
                }
            }
            conversion.pages.push(result.record);
            progress(index + 1, total);
        }
        Ok::<(), ConvertError>(())
    })?;
    if let (0, Some(refusal)) = (shown, first_refusal) {
        return Err(refusal.into());
    }
    conversion.fields = fields.finish(total);
    conversion.pdf_bytes = timings.cpu("write", || assembly.finish())?;
    conversion.timings = timings.millis();
    debug_assert!(conversion.pages.iter().all(|p| p.outcome != PageOutcome::Blank || p.words == 0));
    Ok(conversion)
}

/// Hands out page numbers to workers and takes their results in order, at most a window ahead of the writer.
struct PageQueue {
    total: u32,
    window: u32,
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    next: u32,
    written: u32,
    stopped: bool,
    panicked: bool,
    ready: BTreeMap<u32, PageResult>,
}

/// Lets the workers end when the writer stops early.
struct StopOnDrop<'a>(&'a PageQueue);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.changed.notify_all();
    }
}

/// Tells the writer when a worker dies of a defect, so that it does not wait forever.
struct PanicGuard<'a>(&'a PageQueue);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().panicked = true;
            self.0.changed.notify_all();
        }
    }
}

impl PageQueue {
    fn new(total: u32, jobs: usize) -> Self {
        let window = u32::try_from(jobs * 2).unwrap_or(u32::MAX);
        Self { total, window, state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn wait<'a>(&self, state: MutexGuard<'a, QueueState>) -> MutexGuard<'a, QueueState> {
        self.changed.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn work(&self, process: impl Fn(u32) -> PageResult) {
        let _guard = PanicGuard(self);
        while let Some(index) = self.take() {
            let result = process(index);
            self.lock().ready.insert(index, result);
            self.changed.notify_all();
        }
    }

    fn take(&self) -> Option<u32> {
        let mut state = self.lock();
        while !state.stopped && state.next < self.total && state.next >= state.written + self.window {
            state = self.wait(state);
        }
        (!state.stopped && state.next < self.total).then(|| {
            state.next += 1;
            state.next - 1
        })
    }

    fn next_result(&self, index: u32) -> Result<PageResult, ConvertError> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.ready.remove(&index) {
                state.written = index + 1;
                self.changed.notify_all();
                return Ok(result);
            }
            if state.panicked {
                let dead = std::io::Error::other("a page worker died of a defect");
                return Err(AssembleError::from(dead).into());
            }
            state = self.wait(state);
        }
    }
}
