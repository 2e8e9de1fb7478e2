//! One file in; searchable PDF/A, ALTO and text out, once for each document in it. The order of the stages stands here and
//! nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard};

use jiff::civil::Date;
use sohoa_domain::{Field, InputError, Limits, PageOutcome, PageRecord, PageState, PartLayout};
use sohoa_dossier::{FieldReader, FieldRules, PageFacts, PageSeen, PartRead, Place, Splitter};
use sohoa_pdf::DocumentInfo;

use crate::assemble::{AssembleError, Assembly, Outputs};
use crate::engines::Engines;
use crate::page::{PageContext, PageResult};
use crate::source::Pages;
use crate::timings::Timings;

/// After so many pages what the allocator holds is swept: opening a file leaves many small holes, and each page would take some
/// more of them.
const PAGES_A_SWEEP: u32 = 8;

/// How to convert.
pub struct ConvertOptions<'a> {
    /// Recognizers.
    pub engines: &'a Engines,
    /// Pages in work at the same time.
    pub jobs: usize,
    /// Limits.
    pub limits: &'a Limits,
    /// How the file is split into documents; `None`: it is one, and barcodes are not looked for.
    pub split: Option<SplitOptions>,
    /// Name of the source file for the ALTO header; empty when it is not to be told.
    pub source_name: &'a str,
    /// Which fields are taken from the text, and how.
    pub field_rules: &'a FieldRules,
    /// Day on which the paper came in: later dates on it are doubted.
    pub received: Date,
}

/// How a file is split into documents.
#[derive(Debug, Clone, Default)]
pub struct SplitOptions {
    /// What a person said.
    pub layout: PartLayout,
    /// Whether a page that looks like the first of another document is noted as a doubt.
    pub doubting: bool,
    /// Pages, from 1, that are loaded from other files: which file, and which page there.
    pub replaced: BTreeMap<u32, (PathBuf, u32)>,
}

/// Who says where documents go and what they are called.
pub trait Filing {
    /// Where the document goes that begins at this page, from 1.
    ///
    /// # Errors
    /// When there is no place for it.
    fn place(&mut self, first_page: u32) -> Result<Outputs, AssembleError>;

    /// What the document says of itself, now that its pages are known; `None` when it is given up.
    fn name(&mut self, document: &ConvertedPart) -> Option<DocumentInfo>;
}

/// One document of a conversion.
#[derive(Debug, Clone, Default)]
pub struct ConvertedPart {
    /// Its pages, and what they say of its dossier.
    pub read: PartRead,
    /// Every physical page in order.
    pub pages: Vec<PageRecord>,
    /// Text of its first page with text: evidence for what the paper is.
    pub first_page_text: String,
    /// What the paper says of itself.
    pub fields: Vec<Field>,
    /// Bytes of the PDF, 0 when it was given up.
    pub pdf_bytes: u64,
}

impl ConvertedPart {
    /// Pages without text because they failed.
    pub fn failed_pages(&self) -> usize {
        self.pages.iter().filter(|p| p.outcome.is_failure()).count()
    }
}

/// What a conversion did.
#[derive(Debug, Default)]
pub struct Conversion {
    /// The documents in order.
    pub parts: Vec<ConvertedPart>,
    /// Pages outside every document: separators and their blank backs.
    pub loose_pages: Vec<(u32, PageState)>,
    /// Name of the recognizer, empty when none was asked.
    pub engine: String,
    /// Milliseconds by stage.
    pub timings: BTreeMap<&'static str, u64>,
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
/// Stages: open → per page, in parallel: load, inspect, look for barcodes, recognize → in order: split, assemble → publish.
/// At most `jobs` pages are decoded at a time and at most `2 · jobs` results wait to be written, so that memory is
/// bounded by the page, not by the file.
///
/// # Errors
/// [`ConvertError::Refused`] when the file, or every page of it, cannot be decoded; a page that fails beside good ones is
/// an outcome of that page, not an error.
pub fn convert(
    input: &Path,
    filing: &mut dyn Filing,
    options: ConvertOptions<'_>,
    progress: &mut dyn FnMut(u32, u32),
) -> Result<Conversion, ConvertError> {
    let timings = Timings::default();
    let none = BTreeMap::new();
    let replaced = options.split.as_ref().map_or(&none, |split| &split.replaced);
    let pages = timings.cpu("open", || Pages::open(input, replaced, options.limits))?;
    sohoa_heap::give_back();
    let total = pages.count();
    let splitter = match &options.split {
        Some(split) => Splitter::new(split.layout.clone(), split.doubting),
        None => Splitter::whole(),
    };
    let context = PageContext {
        pages: &pages,
        engines: options.engines,
        limits: options.limits,
        timings: &timings,
        layout: options.split.as_ref().map(|split| &split.layout),
    };
    let order: Vec<u32> =
        options.split.as_ref().map_or_else(|| (1..=total).collect(), |s| s.layout.pages.ordered(total));
    let mut stack = Stack {
        pages: &pages,
        filing,
        source_name: options.source_name,
        timings: &timings,
        splitter,
        field_rules: options.field_rules,
        received: options.received,
        order: &order,
        open: None,
        done: Conversion::default(),
    };
    let mut first_refusal = None;
    let mut shown = 0;
    let queue = PageQueue::new(total, options.jobs.max(1));
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&queue);
        for _ in 0..options.jobs.clamp(1, total.max(1) as usize) {
            scope.spawn(|| queue.work(|place| context.process(order[place as usize] - 1)));
        }
        for place in 0..total {
            let mut result = queue.next_result(place)?;
            match result.refusal.take() {
                Some(refusal) => {
                    first_refusal.get_or_insert(refusal);
                }
                None => shown += 1,
            }
            stack.page(place + 1, result)?;
            progress(place + 1, total);
            if place % PAGES_A_SWEEP == 0 {
                sohoa_heap::give_back();
            }
        }
        Ok::<(), ConvertError>(())
    })?;
    if let (0, Some(refusal)) = (shown, first_refusal) {
        return Err(refusal.into());
    }
    let mut conversion = stack.end()?;
    conversion.timings = timings.millis();
    debug_assert!(
        conversion.parts.iter().flat_map(|p| &p.pages).all(|p| p.outcome != PageOutcome::Blank || p.words == 0)
    );
    Ok(conversion)
}

/// The file's documents as they come page by page: at most one is open.
struct Stack<'a> {
    pages: &'a Pages,
    filing: &'a mut dyn Filing,
    source_name: &'a str,
    timings: &'a Timings,
    splitter: Splitter,
    field_rules: &'a FieldRules,
    received: Date,
    /// Physical pages by the places at which they stand.
    order: &'a [u32],
    open: Option<Open<'a>>,
    done: Conversion,
}

/// A document whose pages are still coming.
struct Open<'a> {
    assembly: Assembly,
    fields: FieldReader<'a>,
    part: ConvertedPart,
}

impl Stack<'_> {
    /// The page that stands at this place, from 1.
    fn page(&mut self, place_number: u32, result: PageResult) -> Result<(), ConvertError> {
        let record = &result.record;
        let (number, blank) = (record.number, record.outcome == PageOutcome::Blank);
        let facts = PageFacts::of(PageSeen {
            number: place_number,
            blank,
            failed: record.outcome.is_failure(),
            inspection: record.inspection.as_ref(),
            text: result.text.as_ref(),
            barcodes: &result.barcodes.barcodes,
            unread: &result.barcodes.unread,
        });
        let (place, ended) = self.splitter.page(facts);
        self.close(ended)?;
        match place {
            Place::Separator => self.done.loose_pages.push((number, PageState::Separator)),
            Place::BackOfSeparator => self.done.loose_pages.push((number, PageState::Blank)),
            Place::Begins | Place::Continues => {
                let mut open = match self.open.take() {
                    Some(open) => open,
                    None => Open {
                        assembly: Assembly::begin(self.filing.place(place_number)?, self.source_name)?,
                        fields: FieldReader::new(self.field_rules, Some(self.received)),
                        part: ConvertedPart::default(),
                    },
                };
                // Of a page of another file that cannot be opened nothing is copied.
                let from = self.pages.at(number - 1).unwrap_or(self.pages.own(number - 1));
                self.timings.cpu("write", || open.assembly.page(from, &result))?;
                if let Some(text) = &result.text {
                    if open.part.first_page_text.is_empty() {
                        open.part.first_page_text = text.plain_text();
                    }
                    let seal = result.record.inspection.as_ref().and_then(|seen| seen.seal);
                    self.timings.cpu("fields", || open.fields.page(number, text, seal));
                    if !result.record.own_text {
                        self.done.engine.clone_from(&text.engine);
                    }
                }
                open.part.pages.push(result.record);
                self.open = Some(open);
            }
        }
        Ok(())
    }

    /// Completes the open document, or gives it up.
    fn close(&mut self, ended: Option<PartRead>) -> Result<(), ConvertError> {
        if let Some(read) = ended
            && let Some(open) = self.open.take()
        {
            let Open { assembly, mut fields, mut part } = open;
            for (card, place, rect) in &read.cards {
                let page = self.order.get(*place as usize - 1).copied().unwrap_or(*place);
                fields.card(card, page, *rect);
            }
            part.fields = fields.finish(u32::try_from(part.pages.len()).unwrap_or(u32::MAX));
            part.read = read;
            if let Some(info) = self.filing.name(&part) {
                part.pdf_bytes = self.timings.cpu("write", || assembly.finish(&info))?;
            }
            self.done.parts.push(part);
        }
        Ok(())
    }

    fn end(mut self) -> Result<Conversion, ConvertError> {
        let last = self.splitter.end();
        self.close(last)?;
        Ok(self.done)
    }
}

/// Hands out places of pages to workers and takes their results in order, at most a window ahead of the writer.
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
