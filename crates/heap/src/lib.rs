//! Keeps the heap of the C library small. It gives threads arenas of their own, and those of threads that have ended keep free
//! memory: over seventy stacks of scans a worker came to 608 MB, and to 292 MB with two arenas.
//!
//! It also learns from the first picture of a page that is freed to put later ones among small objects, where they leave holes
//! that nothing of their size fits into: a stack of 300 pages took 5 to 9 MB more than one of 3. Mapped for itself each goes
//! back to the system when it is dropped.

/// Arenas that are enough for as many threads as decode pages.
const MOST_ARENAS: usize = 8;

/// What is at least so large is mapped for itself, bytes: the library's own first value, which it raises when left alone.
const MAPPED: i32 = 128 << 10;

/// Bounds the number of arenas and what goes into them. To be called before the first thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
pub fn bound() {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let arenas = i32::try_from(cores.clamp(2, MOST_ARENAS)).unwrap_or(2);
    // SAFETY: it sets two numbers of the allocator and touches no memory of ours; no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas);
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
    }
}

/// Gives what is free back to the system, also what lies between things in use, which the library never does by itself: of what
/// the parsed objects of a PDF had taken, later pages used a little more each, 7 KB a page.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
pub fn give_back() {
    // SAFETY: it takes the allocator's own locks and touches free memory only.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other C libraries have no such arenas.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound() {}

/// Other C libraries give back by themselves, or have no way to be asked.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
