//! Seccomp: the system calls that are refused (`EPERM`), since no reader of untrusted bytes needs them.
//!
//! A list of what is refused and not of what is allowed: the latter follows from the versions of a dozen libraries. Network
//! beyond TCP, and permissions and times of files, are what Landlock knows nothing of.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::ConfineError;

/// Sockets of every kind. `io_uring` would make them, and open files, without any of these calls.
const NETWORK: &[c_long] =
    &[libc::SYS_socket, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Memory, open files and keys of other processes, and what observes or alters the kernel.
const OTHERS: &[c_long] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_perf_event_open,
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
];

/// Files and folders made, removed, renamed, or changed in what is known of them. The last four by their numbers, which are
/// the same on every machine: fchmodat2, setxattrat, removexattrat, file_setattr.
const CHANGES: &[c_long] = &[
    libc::SYS_openat2,
    libc::SYS_open_by_handle_at,
    libc::SYS_truncate,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    452,
    463,
    466,
    469,
];

/// The same as they were called once; newer machines have no numbers for them.
#[cfg(target_arch = "x86_64")]
const OLDER_CHANGES: &[c_long] = &[
    libc::SYS_creat,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_unlink,
    libc::SYS_rmdir,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mkdir,
    libc::SYS_mknod,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(target_arch = "aarch64")]
const OLDER_CHANGES: &[c_long] = &[libc::SYS_renameat];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const OLDER_CHANGES: &[c_long] = &[];

/// Calls that open a file, with the place of their flags.
#[cfg(target_arch = "x86_64")]
const OPENING: &[(c_long, u8)] = &[(libc::SYS_open, 1), (libc::SYS_openat, 2)];
#[cfg(not(target_arch = "x86_64"))]
const OPENING: &[(c_long, u8)] = &[(libc::SYS_openat, 2)];

/// Flags that are for writing.
const WRITING: [i32; 4] = [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC];

/// On x86-64 every call has a second number in the x32 interface, and these 36 are there only.
#[cfg(target_arch = "x86_64")]
const X32: (c_long, std::ops::Range<c_long>) = (0x4000_0000, 512..548);

/// Filters the system calls of the calling thread; `false` where the kernel cannot, or the machine is of another kind than
/// the filter's library knows.
pub(crate) fn enforce() -> Result<bool, ConfineError> {
    let Ok(machine) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
    let program = program(machine).map_err(|error| ConfineError(error.to_string()))?;
    match seccompiler::apply_filter(&program) {
        Ok(()) => Ok(true),
        Err(seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error))
            if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOSYS)) =>
        {
            Ok(false)
        }
        Err(error) => Err(ConfineError(error.to_string())),
    }
}

fn program(machine: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules = BTreeMap::new();
    for call in [NETWORK, OTHERS, CHANGES, OLDER_CHANGES].concat() {
        rules.insert(call, Vec::new());
    }
    for (call, place) in OPENING {
        let for_writing = |flag: &i32| {
            let flag = *flag as u64;
            let set = SeccompCondition::new(*place, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(flag), flag)?;
            SeccompRule::new(vec![set])
        };
        rules.insert(*call, WRITING.iter().map(for_writing).collect::<Result<_, _>>()?);
    }
    #[cfg(target_arch = "x86_64")]
    {
        let (bit, only) = X32;
        let twice: Vec<_> = rules.iter().map(|(call, rules)| (call | bit, rules.clone())).collect();
        rules.extend(twice);
        rules.extend(only.map(|call| (call | bit, Vec::new())));
    }
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, refused, machine)?.try_into()
}
