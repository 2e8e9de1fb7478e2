//! States of a source file and of an attachment, each with one transition function.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A move between states that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("illegal transition from {from} to {to}")]
pub struct IllegalTransition {
    /// State it was in.
    pub from: &'static str,
    /// State it should have moved to.
    pub to: &'static str,
}

/// State of a source file. Every file ever seen is in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// Accepted, its bytes are stored, its job is queued or running.
    Pending,
    /// Every part of it is attached to a dossier.
    Attached,
    /// A part of it waits for a person.
    Review,
    /// Refused: unreadable or over a limit, or rejected by a person. Its bytes are kept.
    Rejected,
    /// Same bytes for the same dossier as an earlier file.
    Duplicate,
}

impl FileState {
    /// All states, in the order of the ledger.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Attached, Self::Review, Self::Rejected, Self::Duplicate];

    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Attached => "attached",
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.as_str() == s)
    }

    /// Moves to `to`, or says that this move does not exist.
    ///
    /// A pending file ends in any other state. What waits for a person or was rejected can be retried (pending) or
    /// decided; what is attached can be taken back into review. A duplicate can only be retried, when its original
    /// was removed.
    pub fn transition(self, to: Self) -> Result<Self, IllegalTransition> {
        use FileState::{Attached, Duplicate, Pending, Rejected, Review};
        let legal = match self {
            Pending => to != Pending,
            Review => matches!(to, Pending | Attached | Rejected | Duplicate),
            Rejected => matches!(to, Pending | Review),
            Attached => to == Review,
            Duplicate => to == Pending,
        };
        if legal { Ok(to) } else { Err(IllegalTransition { from: self.as_str(), to: to.as_str() }) }
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// State of a document's attachment to its dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentState {
    /// Hangs on a dossier of the register.
    Attached,
    /// Hangs on a code of right grammar that the register does not know yet; never counted as digitized.
    AwaitingRegister,
    /// Hangs on its dossier but a page failed; never counted as digitized.
    Incomplete,
    /// Taken off its dossier by a person. The bytes stay.
    Removed,
}

impl AttachmentState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Attached, Self::AwaitingRegister, Self::Incomplete, Self::Removed];

    /// As stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::AwaitingRegister => "awaiting_register",
            Self::Incomplete => "incomplete",
            Self::Removed => "removed",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|x| x.as_str() == s)
    }

    /// Moves to `to`, or says that this move does not exist.
    pub fn transition(self, to: Self) -> Result<Self, IllegalTransition> {
        use AttachmentState::{Attached, AwaitingRegister, Incomplete, Removed};
        let legal = match self {
            AwaitingRegister => matches!(to, Attached | Removed),
            Incomplete => matches!(to, Attached | Removed),
            Attached => to == Removed,
            Removed => matches!(to, Attached | AwaitingRegister | Incomplete),
        };
        if legal { Ok(to) } else { Err(IllegalTransition { from: self.as_str(), to: to.as_str() }) }
    }
}

impl fmt::Display for AttachmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_moves_are_exactly_these() {
        use FileState::*;
        let legal = [
            (Pending, Attached),
            (Pending, Review),
            (Pending, Rejected),
            (Pending, Duplicate),
            (Review, Pending),
            (Review, Attached),
            (Review, Rejected),
            (Review, Duplicate),
            (Rejected, Pending),
            (Rejected, Review),
            (Attached, Review),
            (Duplicate, Pending),
        ];
        for from in FileState::ALL {
            for to in FileState::ALL {
                assert_eq!(from.transition(to).is_ok(), legal.contains(&(from, to)), "{from} → {to}");
            }
            assert_eq!(FileState::parse(from.as_str()), Some(from));
        }
    }

    #[test]
    fn attachment_moves() {
        use AttachmentState::*;
        assert!(AwaitingRegister.transition(Attached).is_ok());
        assert!(Attached.transition(AwaitingRegister).is_err());
        assert!(Attached.transition(Incomplete).is_err());
        for s in AttachmentState::ALL {
            assert_eq!(AttachmentState::parse(s.as_str()), Some(s));
            assert!(s.transition(s).is_err());
        }
    }
}
