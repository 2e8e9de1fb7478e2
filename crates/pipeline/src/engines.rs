//! The recognizers of one process.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex};

use sohoa_barcode::{ChildDecoder, ChildError, ChildOptions, Found};
use sohoa_domain::{InkMap, PageInspection, Raster};
use sohoa_ocr::{Engine, OwnEngine};

/// Who reads.
pub struct Engines {
    /// Our own recognizer, unless another one is wanted. It reads first.
    pub own: Option<OwnEngine>,
    /// Recognizers in child processes: asked for the pages on which our own is in doubt, or for all.
    pub children: EnginePool,
    /// Who reads barcodes.
    pub barcodes: BarcodeReader,
}

/// Reads the barcodes of pages: found here, decoded in child processes, of which as many run as pages are in work.
pub struct BarcodeReader {
    options: ChildOptions,
    idle: Mutex<Vec<ChildDecoder>>,
}

impl BarcodeReader {
    /// Starts nothing yet.
    pub fn new(options: ChildOptions) -> Self {
        Self { options, idle: Mutex::default() }
    }

    /// The barcodes of a page of which inspection saw this.
    ///
    /// # Errors
    /// The decoder died or took too long: then nothing is known of the page.
    pub fn read(&self, page: &Raster, ink: &InkMap, seen: &PageInspection) -> Result<Found, ChildError> {
        let lent = self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        let mut decoder = lent.unwrap_or_else(|| ChildDecoder::new(self.options.clone()));
        let options = sohoa_barcode::Options { expected: false, skew_degrees: seen.skew_degrees };
        let found = sohoa_barcode::find(page, ink, seen.dpi, options, |crop| decoder.decode(crop));
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(decoder);
        found
    }
}

/// Makes one more recognizer. It starts its child process with its first page.
pub type NewEngine = Box<dyn Fn() -> Box<dyn Engine + Send> + Send + Sync>;

/// At most `size` recognizers, lent to whoever has a page ready. Each keeps its model loaded from page to page.
pub struct EnginePool {
    new: NewEngine,
    size: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Box<dyn Engine + Send>>,
    lent: usize,
}

impl EnginePool {
    /// A pool of `size` (at least 1) recognizers, none of them started.
    pub fn new(size: usize, new: NewEngine) -> Self {
        Self { new, size: size.max(1), state: Mutex::default(), returned: Condvar::new() }
    }

    /// How many pages can be recognized at a time.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Waits for a recognizer.
    pub fn borrow(&self) -> Lent<'_> {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while state.lent == self.size {
            state = self.returned.wait(state).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        state.lent += 1;
        let engine = state.idle.pop().unwrap_or_else(|| (self.new)());
        Lent { pool: self, engine: Some(engine) }
    }
}

/// A borrowed recognizer; goes back when dropped.
pub struct Lent<'a> {
    pool: &'a EnginePool,
    engine: Option<Box<dyn Engine + Send>>,
}

impl Deref for Lent<'_> {
    type Target = dyn Engine + Send;
    #[allow(clippy::expect_used)] // `engine` is only taken by `drop`.
    fn deref(&self) -> &Self::Target {
        self.engine.as_deref().expect("present until dropped")
    }
}

impl DerefMut for Lent<'_> {
    #[allow(clippy::expect_used)] // `engine` is only taken by `drop`.
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.engine.as_deref_mut().expect("present until dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.lent -= 1;
        state.idle.extend(self.engine.take());
        self.pool.returned.notify_one();
    }
}
