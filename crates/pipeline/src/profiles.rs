//! Which profile of rules applies to a file.

use std::path::{Path, PathBuf};

use sohoa_dossier::Profile;

/// A profile and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedProfile {
    /// As in the settings: `tt01-2023`.
    pub name: String,
    /// Its rules.
    pub rules: Profile,
}

/// Profiles by where files come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profiles {
    /// Of scan folders, by their absolute paths; none lies in another.
    pub folders: Vec<(PathBuf, Option<NamedProfile>)>,
    /// Of what comes from elsewhere.
    pub otherwise: Option<NamedProfile>,
}

impl Profiles {
    /// The profile of a file that was found at this absolute path.
    pub fn of(&self, origin: &Path) -> Option<&NamedProfile> {
        let folder = self.folders.iter().find(|(folder, _)| origin.starts_with(folder));
        folder.map_or(self.otherwise.as_ref(), |(_, profile)| profile.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_folder_says_the_profile() {
        let named = |name: &str| Some(NamedProfile { name: name.into(), rules: Profile::default() });
        let folders = vec![("/in/a".into(), named("a")), ("/in/none".into(), None)];
        let profiles = Profiles { folders, otherwise: named("other") };
        let of = |path: &str| profiles.of(Path::new(path)).map(|p| p.name.as_str());
        assert_eq!(of("/in/a/b/x.pdf"), Some("a"));
        assert_eq!(of("/in/none/x.pdf"), None);
        assert_eq!(of("/in/ab/x.pdf"), Some("other"));
    }
}
