//! Places in the course of the work where a crash would hurt most, so that tests can have the process die there.
//!
//! Only builds with debug assertions look at the environment; in a release [`reached`] is nothing.

/// A durable step that was just done, or is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Received bytes are written and read back, not yet under their name.
    BlobWritten,
    /// Received bytes lie under their digest; no row knows them.
    BlobInPlace,
    /// A file has its row, event and job; it still lies in its folder.
    Accepted,
    /// A file was moved out of its folder; its row does not say so yet.
    Released,
    /// A job is leased.
    Reserved,
    /// The outputs of a file lie in the staging folder.
    Converted,
    /// A version of a package lies in the staging folder.
    Staged,
    /// It is noted that this package is being written.
    Noted,
    /// A new object, or a new version's directory, is in its place.
    InPlace,
    /// The root inventory is the new one.
    InventoryReplaced,
    /// The root sidecar is the new one.
    SidecarReplaced,
    /// The package stands; no row knows the document.
    Packaged,
    /// The job's last transaction is committed.
    Completed,
    /// A segment of events is written; no row knows it.
    SegmentWritten,
    /// A segment of events is written and recorded.
    SegmentSealed,
    /// A checkpoint lies in its folder, and not yet in those where it is published.
    CheckpointWritten,
}

impl Point {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 16] = [
        Self::BlobWritten,
        Self::BlobInPlace,
        Self::Accepted,
        Self::Released,
        Self::Reserved,
        Self::Converted,
        Self::Staged,
        Self::Noted,
        Self::InPlace,
        Self::InventoryReplaced,
        Self::SidecarReplaced,
        Self::Packaged,
        Self::Completed,
        Self::SegmentWritten,
        Self::SegmentSealed,
        Self::CheckpointWritten,
    ];
}

/// Says that a point is reached. When `SOHOA_DIE_AT` names it (`Accepted`, or `Accepted:3` for the third time), the process
/// ends here and now, as a crash does.
#[cfg(debug_assertions)]
pub fn reached(point: Point) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    static WHERE: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let at = std::env::var("SOHOA_DIE_AT").ok()?;
        let (name, times) = at.split_once(':').unwrap_or((&at, "1"));
        Some((name.to_owned(), times.parse().ok()?))
    });
    static TIMES: AtomicU32 = AtomicU32::new(0);
    if let Some((name, times)) = &*WHERE
        && *name == format!("{point:?}")
        && TIMES.fetch_add(1, Ordering::Relaxed) + 1 == *times
    {
        std::process::abort();
    }
}

/// Says that a point is reached: nothing in a release.
#[cfg(not(debug_assertions))]
pub fn reached(_: Point) {}
