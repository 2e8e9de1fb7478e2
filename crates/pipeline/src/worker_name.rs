//! Names of workers, by which a process that starts can tell whether the holder of a lease is gone for good.

use std::fs;

/// A name for worker `n` of this process: boot of the machine, process, start of the process, worker. No two workers ever
/// have the same.
pub fn worker_name(n: usize) -> String {
    let pid = std::process::id();
    format!("{}.{pid}.{}.{n}", boot().unwrap_or_default(), started(pid).unwrap_or_default())
}

/// Whether the worker of this name runs no more: it is of an earlier boot, or its process has ended. False when that cannot
/// be told; its lease runs out by itself then.
///
/// Workers of one home run on one machine as long as its records lie in SQLite.
pub fn is_gone(name: &str) -> bool {
    let mut parts = name.split('.');
    let (Some(its_boot), Some(pid), Some(start)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (Some(boot), Ok(pid)) = (boot(), pid.parse()) else { return false };
    // Without /proc nothing is known of any process.
    if started(std::process::id()).is_none() {
        return false;
    }
    boot != its_boot || started(pid).is_none_or(|s| s != start)
}

/// First part of the id that the kernel gives to each boot.
fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.split('-').next()?.to_owned())
}

/// When a process started, in clock ticks since boot (field 22 of `/proc/PID/stat`); `None` when there is none, or only its
/// remains (`Z`).
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_workers_of_ended_processes_are_gone() {
        let mine = worker_name(3);
        assert!(!is_gone(&mine));
        let parts: Vec<&str> = mine.split('.').collect();
        let other_start = format!("{}.{}.{}.{}", parts[0], parts[1], "1", parts[3]);
        assert!(is_gone(&other_start), "the number was given to another process");
        assert!(is_gone(&format!("00000000.{}.{}.1", parts[1], parts[2])), "another boot");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(is_gone(&format!("{}.{pid}.{}.1", parts[0], parts[2])));
        assert!(!is_gone("worker-12-1"), "a name of another form tells nothing");
    }
}
