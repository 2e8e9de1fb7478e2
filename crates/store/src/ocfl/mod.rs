//! The Oxford Common File Layout 1.1 (ocfl.io/1.1/spec), as far as packages use it: one object per dossier, SHA-256,
//! content below `content`, plain version numbers.

mod inventory;
mod layout;
pub(crate) mod object;

pub use inventory::{Inventory, InventoryVersion, User, VersionNumber};
pub(crate) use inventory::{LogicalFile, VersionNote, check_path};
pub(crate) use layout::{DECLARATION, STORAGE_FILES};
pub use layout::{
    DEPTH, INVENTORY, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR, dossier_of_directory, object_id,
    object_path, sidecar_line,
};
