//! Which component (thành phần hồ sơ) or result of its dossier a paper is.

use serde::{Deserialize, Serialize};
use sohoa_domain::text::fold;
use sohoa_domain::{ComponentEntry, ComponentId, Field, FieldName};

use crate::approx::distance;

/// Why a paper is taken for a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentEvidence {
    /// A person named it.
    Person,
    /// The sheet in front of it says so.
    Sheet,
    /// The file name has the component's id behind the dossier code.
    FileName,
    /// A line of the first page is the component's name.
    Title,
    /// Type and subject of the paper, a few letters of which may be misread, begin with the component's name.
    Type,
    /// The register lists one paper for this dossier, and nothing else can be meant.
    OnlyOneListed,
}

/// The component that a paper is, or `None` when the evidence does not single one out.
///
/// `name_rest` is what the file name says beyond the dossier code; `first_page` is the text of page 1, a printed line
/// a line, and `fields` what was taken from the paper. Evidence is asked in the order of [`ComponentEvidence`]; the first that names exactly one component decides.
pub fn match_component(
    components: &[ComponentEntry],
    name_rest: &str,
    first_page: &str,
    fields: &[Field],
) -> Option<(ComponentId, ComponentEvidence)> {
    let by_name = longest_id_at_start(components, name_rest).map(|c| (c, ComponentEvidence::FileName));
    let by_print = || match by_title(components, first_page)[..] {
        [one] => Some((one, ComponentEvidence::Title)),
        // Two names stand on the page: which of them is the paper's own no likeness can tell.
        [_, _, ..] => None,
        [] => by_type(components, fields).map(|c| (c, ComponentEvidence::Type)),
    };
    let only = || match components {
        [one] => Some((one, ComponentEvidence::OnlyOneListed)),
        _ => None,
    };
    by_name.or_else(by_print).or_else(only).map(|(c, why)| (c.id.clone(), why))
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

/// Those whose name, of at least two words, a printed line of page 1 equals, or the title's lines together.
fn by_title<'a>(components: &'a [ComponentEntry], first_page: &str) -> Vec<&'a ComponentEntry> {
    let lines: Vec<String> = first_page.lines().map(fold).collect();
    let says = |name: &str| {
        (0..lines.len()).any(|i| {
            // A long title runs over up to three lines.
            (1..=3).any(|n| lines.get(i..i + n).is_some_and(|part| part.join(" ") == name))
        })
    };
    let says_name = |c: &&ComponentEntry| {
        let name = fold(&c.name);
        name.contains(' ') && says(&name)
    };
    components.iter().filter(says_name).collect()
}

/// Words of a name that two papers may differ in and still be called by it, of one in so many letters.
const LETTERS_A_MISTAKE: usize = 12;

/// The one whose name the paper's type and subject begin with, or are, when no other name comes near.
///
/// Digits must be equal: "đợt 1" and "đợt 2" are different papers.
fn by_type<'a>(components: &'a [ComponentEntry], fields: &[Field]) -> Option<&'a ComponentEntry> {
    let value = |name: FieldName| fields.iter().find(|f| f.name == name).map(|f| f.value.as_str());
    let kind = value(FieldName::DOCUMENT_TYPE)?;
    let subject = fold(value(FieldName::SUBJECT).unwrap_or_default());
    // Names in a list leave the "on the matter of" out, or put it in.
    let bare = ["ve viec ", "v/v ", "ve "].iter().find_map(|start| subject.strip_prefix(start)).unwrap_or(&subject);
    let titles = [format!("{} {subject}", fold(kind)), format!("{} {bare}", fold(kind))];
    let near = |c: &ComponentEntry, letters_a_mistake: usize| {
        let name = fold(&c.name);
        let most = name.len() / letters_a_mistake;
        name.split(' ').count() > 2 && titles.iter().any(|title| begins_with(title, &name, most))
    };
    let mut hits = components.iter().filter(|c| near(c, LETTERS_A_MISTAKE));
    let (one, None) = (hits.next()?, hits.next()) else { return None };
    // Another one that the title could also be, with twice the mistakes, makes it a guess.
    let others = components.iter().filter(|c| near(c, LETTERS_A_MISTAKE / 2)).count();
    (others == 1).then_some(one)
}

/// Whether the first words of `title` are `name`, but for `most` letters and no digit.
fn begins_with(title: &str, name: &str, most: usize) -> bool {
    let words: Vec<&str> = title.split_whitespace().collect();
    let n = name.split(' ').count();
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    (n.saturating_sub(1)..=n + 1).filter(|&m| m > 0).any(|m| {
        let start = words.get(..m).map(|w| w.join(" "));
        start.is_some_and(|start| digits(&start) == digits(name) && distance(&start, name, most).is_some())
    })
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
        match_component(components, rest, text, &[]).map(|(id, why)| (id.to_string(), why))
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

    fn typed(components: &[ComponentEntry], kind: &str, subject: &str) -> Option<String> {
        let field = |name, value: &str| Field {
            name,
            value: value.to_owned(),
            page: 1,
            rect: sohoa_domain::Rect::default(),
            confidence: 1.0,
            confident: true,
            issue: None,
        };
        let fields = [field(FieldName::DOCUMENT_TYPE, kind), field(FieldName::SUBJECT, subject)];
        let found = match_component(components, "", "", &fields);
        assert!(found.as_ref().is_none_or(|(_, why)| *why == ComponentEvidence::Type));
        found.map(|(id, _)| id.to_string())
    }

    #[test]
    fn else_type_and_subject_with_letters_misread() {
        let list = [
            entry("TP1", "Quyết định phê duyệt dự án"),
            entry("TP2", "Tờ trình thẩm định thiết kế"),
            entry("KQ", "Giấy phép xây dựng"),
        ];
        assert_eq!(typed(&list, "QUYẾT ĐỊNH", "Về việc phê duyệt dự án cầu Bến Sỏi").as_deref(), Some("TP1"));
        assert_eq!(typed(&list, "QUYÊT ĐỊNH", "Về việc phê duyệt dụ án").as_deref(), Some("TP1"));
        assert_eq!(typed(&list, "GIẤY PHÉP", "Xây dựng nhà ở riêng lẻ").as_deref(), Some("KQ"));
        assert_eq!(typed(&list, "QUYẾT ĐỊNH", "Về việc thu hồi đất"), None);
        assert_eq!(typed(&list, "TỜ TRÌNH", ""), None);
    }

    #[test]
    fn a_type_that_two_components_may_be_decides_nothing() {
        let list = [entry("TP1", "Biên bản nghiệm thu đợt 1"), entry("TP2", "Biên bản nghiệm thu đợt 2")];
        assert_eq!(typed(&list, "BIÊN BẢN", "Nghiệm thu đợt 2").as_deref(), Some("TP2"));
        assert_eq!(typed(&list, "BIÊN BẢN", "Nghiệm thu đợt 3"), None);
        let list = [entry("TP1", "Giấy phép xây dựng"), entry("TP2", "Giấy phép xây dựng nhà ở")];
        assert_eq!(typed(&list, "GIẤY PHÉP", "Xây dựng nhà ở riêng lẻ"), None);
        let list = [entry("TP1", "Đơn xin tách thửa"), entry("TP2", "Đơn xin tách thừa")];
        assert_eq!(typed(&list, "ĐƠN XIN", "tách thửa"), None);
        let list = [entry("TP1", "Quyết định giao đất cho dân"), entry("TP2", "Quyết định giao đất cho dâm")];
        assert_eq!(typed(&list, "QUYẾT ĐỊNH", "Giao đất cho dân"), None);
    }

    #[test]
    fn two_titles_on_the_page_are_not_decided_by_type() {
        let list = [entry("TP1", "Đơn đề nghị"), entry("TP2", "Bản vẽ thiết kế nhà")];
        let field = Field {
            name: FieldName::DOCUMENT_TYPE,
            value: "BẢN VẼ THIẾT KẾ NHÀ".to_owned(),
            page: 1,
            rect: sohoa_domain::Rect::default(),
            confidence: 1.0,
            confident: true,
            issue: None,
        };
        assert!(match_component(&list, "", "ĐƠN ĐỀ NGHỊ\nBẢN VẼ THIẾT KẾ NHÀ", &[field]).is_none());
    }

    #[test]
    fn else_the_only_one_that_is_listed() {
        let one = [entry("TP1", "Đơn")];
        assert_eq!(found(&one, "SCAN", ""), Some(("TP1".to_owned(), ComponentEvidence::OnlyOneListed)));
        assert_eq!(found(&[], "SCAN", ""), None);
    }
}
