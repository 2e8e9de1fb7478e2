//! Which component (thành phần hồ sơ) or result of its dossier a paper is.

use serde::{Deserialize, Serialize};
use sohoa_domain::text::fold;
use sohoa_domain::{ComponentEntry, ComponentId};

/// Why a paper is taken for a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentEvidence {
    /// A person named it.
    Person,
    /// The file name has the component's id behind the dossier code.
    FileName,
    /// A line of the first page is the component's name.
    Title,
    /// The register lists one paper for this dossier, and nothing else can be meant.
    OnlyOneListed,
}

/// The component that a paper is, or `None` when the evidence does not single one out.
///
/// `name_rest` is what the file name says beyond the dossier code; `first_page` is the text of page 1, a printed line
/// a line. Evidence is asked in the order of [`ComponentEvidence`]; the first that names exactly one component decides.
pub fn match_component(
    components: &[ComponentEntry],
    name_rest: &str,
    first_page: &str,
) -> Option<(ComponentId, ComponentEvidence)> {
    let by_name = longest_id_at_start(components, name_rest).map(|c| (c, ComponentEvidence::FileName));
    let by_title = || by_title(components, first_page).map(|c| (c, ComponentEvidence::Title));
    let only = || match components {
        [one] => Some((one, ComponentEvidence::OnlyOneListed)),
        _ => None,
    };
    by_name.or_else(by_title).or_else(only).map(|(c, why)| (c.id.clone(), why))
}

fn longest_id_at_start<'a>(components: &'a [ComponentEntry], rest: &str) -> Option<&'a ComponentEntry> {
    let rest = fold(rest.trim_start_matches(is_separator));
    let starts = |id: &str| rest.strip_prefix(id).is_some_and(|after| after.chars().next().is_none_or(is_separator));
    let ids = components.iter().map(|c| (fold(c.id.as_str()), c));
    let mut hits: Vec<_> = ids.filter(|(id, _)| !id.is_empty() && starts(id)).collect();
    hits.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
    match &hits[..] {
        // Two ids that differ in accents or case only single out neither.
        [(a, _), (b, _), ..] if a == b => None,
        [(_, longest), ..] => Some(longest),
        [] => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '_' | '-' | '.' | '(' | ')' | '+' | ',')
}

/// A name of at least two words that a printed line of page 1 equals, or that the title's lines equal together.
fn by_title<'a>(components: &'a [ComponentEntry], first_page: &str) -> Option<&'a ComponentEntry> {
    let lines: Vec<String> = first_page.lines().map(fold).collect();
    let says = |name: &str| {
        (0..lines.len()).any(|i| {
            // A long title runs over up to three lines.
            (1..=3).any(|n| lines.get(i..i + n).is_some_and(|part| part.join(" ") == name))
        })
    };
    let mut hits = components.iter().filter(|c| {
        let name = fold(&c.name);
        name.contains(' ') && says(&name)
    });
    match (hits.next(), hits.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::ComponentKind;

    fn entry(id: &str, name: &str) -> ComponentEntry {
        ComponentEntry {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            kind: ComponentKind::Component,
            required: true,
            exempt_reason: None,
        }
    }

    fn found(components: &[ComponentEntry], rest: &str, text: &str) -> Option<(String, ComponentEvidence)> {
        match_component(components, rest, text).map(|(id, why)| (id.to_string(), why))
    }

    #[test]
    fn the_file_name_comes_first() {
        let list = [entry("TP1", "Đơn đề nghị"), entry("TP10", "Bản vẽ"), entry("KQ", "Giấy phép")];
        let by_name = |id: &str| Some((id.to_owned(), ComponentEvidence::FileName));
        assert_eq!(found(&list, "_TP1_don", "BẢN VẼ\n"), by_name("TP1"));
        assert_eq!(found(&list, "_tp10", ""), by_name("TP10"));
        assert_eq!(found(&list, "TP10.1", ""), by_name("TP10"));
        assert_eq!(found(&list, "_TP100", ""), None);
    }

    #[test]
    fn ids_that_a_name_cannot_tell_apart_single_out_none() {
        let list = [entry("TP1", ""), entry("tp1", ""), entry("TP1 b", ""), entry("\u{301}", "")];
        assert_eq!(found(&list, "_TP1", ""), None);
        assert_eq!(found(&list, "_TP1 b", ""), Some(("TP1 b".to_owned(), ComponentEvidence::FileName)));
        assert_eq!(found(&list, "", ""), None);
    }

    #[test]
    fn else_the_title_if_it_is_one_only() {
        let list = [entry("TP1", "Đơn đề nghị cấp giấy phép"), entry("TP2", "Bản vẽ thiết kế")];
        let by_title = Some(("TP1".to_owned(), ComponentEvidence::Title));
        assert_eq!(found(&list, "", "CỘNG HÒA\n\nĐƠN ĐỀ NGHỊ\nCẤP GIẤY PHÉP\n"), by_title);
        assert_eq!(found(&list, "", "kèm theo đơn đề nghị cấp giấy phép này"), None);
        assert_eq!(found(&list, "", "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP\nBẢN VẼ THIẾT KẾ"), None);
    }

    #[test]
    fn else_the_only_one_that_is_listed() {
        let one = [entry("TP1", "Đơn")];
        assert_eq!(found(&one, "SCAN", ""), Some(("TP1".to_owned(), ComponentEvidence::OnlyOneListed)));
        assert_eq!(found(&[], "SCAN", ""), None);
    }
}
