//! Landlock: which files can be opened, and for what; TCP and signals stay inside.

use std::path::PathBuf;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use crate::ConfineError;

/// The newest version that the tests have run on. What an older kernel does not know is left out, what a newer one knows
/// beyond it is not asked for.
const TESTED: ABI = ABI::V7;

/// Confines the calling thread; gives the version of the kernel's interface, none when it has no Landlock.
pub(crate) fn enforce(read: &[PathBuf], run: &[PathBuf]) -> Result<Option<i32>, ConfineError> {
    let restrict = || -> Result<_, RulesetError> {
        Ruleset::default()
            .handle_access(AccessFs::from_all(TESTED))?
            .handle_access(AccessNet::from_all(TESTED))?
            .scope(Scope::from_all(TESTED))?
            .create()?
            .add_rules(path_beneath_rules(read, AccessFs::ReadFile | AccessFs::ReadDir))?
            .add_rules(path_beneath_rules(run, AccessFs::ReadFile | AccessFs::Execute))?
            .restrict_self()
    };
    let status = restrict().map_err(|error| ConfineError(error.to_string()))?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, kernel_abi } if status.ruleset != RulesetStatus::NotEnforced => {
            Some(kernel_abi.unwrap_or(effective_abi as i32))
        }
        _ => None,
    })
}
