//! Papers of an applicant that were digitized before and can stand for what a dossier still lacks (tái sử dụng).

use sohoa_domain::text::fold;
use sohoa_domain::{ComponentEntry, ComponentId, Field};

use crate::component::{ComponentEvidence, match_component};

/// Whether a paper that is digitized already is what a component asks for, and which one of those that are `missing`: it was
/// taken for a component of the same name, or says so by type and subject. A person decides on it: nothing here looks at dates of
/// validity.
pub fn reusable_for(missing: &[ComponentEntry], was: Option<&str>, fields: &[Field]) -> Option<ComponentId> {
    let was = was.map(fold).filter(|name| !name.is_empty());
    let mut named = missing.iter().filter(|c| was.as_deref() == Some(fold(&c.name).as_str()));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(one.id.clone()),
        (Some(_), Some(_)) => None,
        (None, _) => match match_component(missing, "", "", fields) {
            Some((id, ComponentEvidence::Type)) => Some(id),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::{ComponentKind, FieldName, Rect};

    fn missing(names: &[(&str, &str)]) -> Vec<ComponentEntry> {
        let entry = |(id, name): &(&str, &str)| ComponentEntry {
            id: id.parse().unwrap(),
            name: (*name).to_owned(),
            kind: ComponentKind::Component,
            required: true,
            exempt_reason: None,
        };
        names.iter().map(entry).collect()
    }

    fn field(name: FieldName, value: &str) -> Field {
        Field {
            name,
            value: value.to_owned(),
            page: 1,
            rect: Rect::default(),
            confidence: 1.0,
            confident: true,
            issue: None,
        }
    }

    #[test]
    fn a_paper_is_offered_by_the_name_of_its_component_or_by_its_type() {
        let wanted = missing(&[("TP1", "Giấy phép xây dựng"), ("TP2", "Quyết định giao đất cho hộ gia đình")]);
        let id = |was, fields: &[Field]| reusable_for(&wanted, was, fields).map(|id| id.to_string());
        assert_eq!(id(Some("Giấy phép Xây dựng"), &[]).as_deref(), Some("TP1"));
        let decision = [
            field(FieldName::DOCUMENT_TYPE, "QUYẾT ĐỊNH"),
            field(FieldName::SUBJECT, "Về việc giao đất cho hộ gia đình"),
        ];
        assert_eq!(id(None, &decision).as_deref(), Some("TP2"));
        assert_eq!(id(Some("Đơn đề nghị"), &decision).as_deref(), Some("TP2"));
        assert_eq!(id(Some(""), &[]), None);
        assert_eq!(id(Some("Đơn đề nghị"), &[]), None);
    }

    #[test]
    fn the_only_component_that_is_missing_is_no_reason() {
        assert_eq!(reusable_for(&missing(&[("TP1", "Đơn")]), Some("Bản vẽ"), &[]), None);
        let twice = missing(&[("TP1", "Giấy phép"), ("TP2", "giấy phép")]);
        assert_eq!(reusable_for(&twice, Some("Giấy phép"), &[]), None);
    }
}
