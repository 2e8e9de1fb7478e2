//! What only one request at a time may work on: an upload, an idempotency key.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The names of what is being worked on.
#[derive(Default)]
pub(crate) struct Busy(Arc<Mutex<HashSet<String>>>);

/// Nobody else works on it as long as this lives.
pub(crate) struct Held {
    busy: Arc<Mutex<HashSet<String>>>,
    name: String,
}

impl Busy {
    /// Takes hold of it; `None` while somebody else works on it.
    pub(crate) fn enter(&self, name: String) -> Option<Held> {
        let entered = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        entered.then(|| Held { busy: Arc::clone(&self.0), name })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}
