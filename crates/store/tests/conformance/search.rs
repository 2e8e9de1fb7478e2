//! Search: by words, names, codes and numbers, and what of it belongs to whom.

use std::sync::Arc;

use jiff::civil::date;
use sohoa_domain::{AttachmentState, Sha256Digest};
use sohoa_store::{Found, PaperKind, Records, SearchHit, SearchQuery};

use super::support::*;

fn names(hits: &[SearchHit]) -> Vec<(&str, bool)> {
    hits.iter().map(|h| (h.source_name.as_str(), h.exact)).collect()
}

fn names_only(found: &Found) -> Vec<&str> {
    found.documents.iter().map(|h| h.source_name.as_str()).collect()
}

/// The snippet on one line, hits between `[` and `]`.
fn snippet(hit: &SearchHit) -> String {
    hit.snippet.iter().map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() }).collect()
}

pub async fn accents_count_but_are_not_needed(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "a", &code(1), "Giấy đăng ký tạm trú\ncủa xã Hoà Bình").await;
    attach(&*records, batch, "b", &code(2), "GIÂY DÁN và đường dây").await;
    attach(&*records, batch, "c", &code(3), "giay bac, hoa binh").await;
    let search = async |words: &str| found(&*records, words).await;
    let hits = search("giấy").await;
    assert_eq!(names(&hits), [("a", true), ("c", false), ("b", false)]);
    assert_eq!(snippet(&hits[0]), "[Giấy] đăng ký tạm trú của xã Hoà Bình");
    assert_eq!(hits[0].dossier, code(1));
    assert_eq!(snippet(&hits[2]), "[GIÂY] DÁN và đường dây");
    // The two placements of the tone mark are one word; among equals the latest is first.
    assert_eq!(names(&search("hòa bình").await), [("c", false), ("a", false)]);
    assert_eq!(names(&search("hoà bình").await), [("a", true), ("c", false)]);
    assert_eq!(names(&search("duong").await), [("b", false)]);
    // Decomposed input is the same word.
    assert_eq!(names(&search("Gia\u{302}\u{301}y ký").await), [("a", true)]);
    // All words have to be there.
    assert_eq!(names(&search("giấy bịa").await), []);
    let query = SearchQuery { words: "giay".to_owned(), most: 2, ..SearchQuery::default() };
    let first = records.search(&query).await.unwrap();
    assert_eq!((names_only(&first), first.counted, first.more), (vec!["c", "b"], 3, false));
    let rest = records.search(&SearchQuery { skip: 2, ..query.clone() }).await.unwrap();
    assert_eq!((names_only(&rest), rest.counted), (vec!["a"], 3));
    assert_eq!(records.search(&SearchQuery { most: 0, ..query }).await.unwrap(), Found::default());
}

pub async fn a_phrase_comes_before_its_words(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "phrase", &code(1), "xin\u{c}cấp giấy phép").await;
    attach(&*records, batch, "scattered", &code(2), "phép của giấy").await;
    attach(&*records, batch, "plain", &code(3), "giay phep").await;
    let hits = found(&*records, "giấy phép").await;
    assert_eq!(names(&hits), [("phrase", true), ("scattered", true), ("plain", false)]);
    assert_eq!((hits[0].page, snippet(&hits[0])), (2, "cấp [giấy] [phép]".to_owned()));
}

pub async fn words_are_never_search_syntax(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "a", &code(1), "Số: 15/QĐ-BNV or not near").await;
    let search =
        async |words: &str| found(&*records, words).await.into_iter().map(|h| h.source_name).collect::<Vec<_>>();
    for found in ["15/QĐ-BNV", "\"15/qđ\"", "or NOT near", "qđ*", "(bnv", "số:15", "'15'"] {
        assert_eq!(search(found).await, ["a"], "{found}");
    }
    for nothing in ["", "  ", "\"", "* ( ) :", "exact: zzz", "a NEAR b", "zzz OR 15", "qđ^zzz", "{folded} : zzz", "\0"]
    {
        assert_eq!(search(nothing).await, Vec::<String>::new(), "{nothing}");
    }
    // What filters are answered from is no word that can be searched for.
    assert_eq!(search("unregistered").await, Vec::<String>::new());
    // Very long input ends, too.
    assert_eq!(search(&"15 ".repeat(20_000)).await, ["a"]);
    let many: String = (0..20_000).map(|n| format!("từ{n} ")).collect();
    assert_eq!(search(&many).await, Vec::<String>::new());
}

pub async fn codes_file_names_and_numbers_are_found(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "hộp 1/Quét 07.pdf", &code(1), "một").await;
    attach(&*records, batch, "SCAN0002.pdf", &code(1), "hai").await;
    attach(&*records, batch, "SCAN0003.pdf", &code(2), "theo hồ sơ H41.20-230615-0001").await;
    let search =
        async |words: &str| found(&*records, words).await.into_iter().map(|h| h.source_name).collect::<Vec<_>>();
    assert_eq!(search(" h41.20-230615-0001 ").await, ["Quét 07.pdf", "SCAN0002.pdf", "SCAN0003.pdf"]);
    assert_eq!(search("scan0002.PDF").await, ["SCAN0002.pdf"]);
    assert_eq!(search("scan0002").await, ["SCAN0002.pdf"]);
    assert_eq!(search("quet 07").await, ["Quét 07.pdf"]);
    assert_eq!(search("scan").await, Vec::<String>::new());

    // The number of a paper is known by its fields, whatever its text says.
    accept(&*records, batch, "numbered", "numbered").await;
    let lease = reserve(&*records, 3).await;
    let mut numbered = document(&*records, &lease, &code(3), "chữ").await;
    numbered.paper = Some("15/2023/qd-ubnd/ubnd huyen phu loc ha".to_owned());
    records.complete(&lease, &attached(numbered), &[], at(4)).await.unwrap();
    for number in ["15/QĐ-UBND", "15/2023/QĐ-UBND", "số: 015/qđ-ubnd"] {
        assert_eq!(search(number).await, ["numbered"], "{number}");
    }
    for other in ["5/QĐ-UBND", "15/2022/QĐ-UBND", "15/QĐ", "qđ-ubnd/15"] {
        assert_eq!(search(other).await, Vec::<String>::new(), "{other}");
    }
}

pub async fn an_exact_hit_shows_where_it_is(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let far = format!("hoa ở đầu. {} hóa ở cuối [trang 2]", "và rồi ".repeat(60));
    attach(&*records, batch, "a", &code(1), &far).await;
    let hits = found(&*records, "hóa").await;
    assert!(hits[0].exact && snippet(&hits[0]).contains("[hóa] ở cuối"), "{}", snippet(&hits[0]));
    let hits = found(&*records, "hoá").await;
    assert!(!hits[0].exact && snippet(&hits[0]).starts_with("[hoa] ở đầu"), "{}", snippet(&hits[0]));
}

pub async fn incomplete_and_waiting_documents_are_found(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    for (name, state) in [("a", AttachmentState::Incomplete), ("b", AttachmentState::AwaitingRegister)] {
        accept(&*records, batch, name, name).await;
        let lease = reserve(&*records, 0).await;
        let mut document = document(&*records, &lease, &code(1), "chữ").await;
        document.state = state;
        records.complete(&lease, &attached(document), &[], at(1)).await.unwrap();
    }
    assert_eq!(found(&*records, "chữ").await.len(), 2);
}

pub async fn an_agency_finds_its_own_only(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "own.pdf", &code(1), "chữ trên giấy").await;
    attach(&*records, batch, "other.pdf", &code(2), "chữ trên giấy").await;
    attach(&*records, batch, "unknown.pdf", &code(3), "chữ trên giấy").await;
    let mut entries = [dossier(1, 15), dossier(2, 16)];
    entries[1].agency = "Sở Khác".to_owned();
    let register = Sha256Digest::of(b"1");
    records.import_register(&register, &entries, at(5), AGENT).await.unwrap();
    let agencies = records.agencies().await.unwrap();
    assert_eq!(agencies, ["Sở Khác", "Sở Thử nghiệm"]);
    let search = async |words: &str, agency: &str| {
        let query =
            SearchQuery { words: words.to_owned(), agency: agency.to_owned(), most: 10, ..SearchQuery::default() };
        let found = records.search(&query).await.unwrap();
        let dossiers: Vec<_> = found.dossiers.iter().map(|d| d.code.clone()).collect();
        (found.documents.into_iter().map(|h| h.source_name).collect::<Vec<_>>(), dossiers, found.counted)
    };
    let (own, other) = ("Sở Thử nghiệm", "Sở Khác");
    assert_eq!(search("chu", "").await.2, 3);
    assert_eq!(search("chu", own).await, (vec!["own.pdf".to_owned()], vec![], 1));
    assert_eq!(search("chu", other).await, (vec!["other.pdf".to_owned()], vec![], 1));
    assert_eq!(search("chu", "Sở Không có").await, (vec![], vec![], 0));
    // Neither by name of the applicant, nor by code, nor by the name of the file.
    assert_eq!(search("tran thi bia", own).await.1, [code(1)]);
    assert_eq!(search("Trần Thị", "").await.1.len(), 2);
    assert_eq!(search("H41.20-230615", own).await.1, [code(1)]);
    assert_eq!(search(code(2).as_str(), own).await, (vec![], vec![], 0));
    assert_eq!(search("other", own).await, (vec![], vec![], 0));

    // Another register: the dossier goes to the other agency, with its papers.
    entries[0].agency = other.to_owned();
    records.import_register(&Sha256Digest::of(b"2"), &entries, at(6), AGENT).await.unwrap();
    assert_eq!(search("chu", own).await.2, 0);
    assert_eq!(search("chu", other).await.2, 2);
    sound(&*records).await;
}

pub async fn filters_are_kept_to(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    records.import_register(&Sha256Digest::of(b"1"), &[dossier(1, 15), dossier(2, 20)], at(0), AGENT).await.unwrap();
    for (name, number, component) in [
        ("TP1.pdf", 1, Some("TP1")),
        ("KQ.pdf", 1, Some("KQ")),
        ("loose.pdf", 2, None),
        ("unknown.pdf", 3, Some("TP1")),
    ] {
        accept(&*records, batch, name, name).await;
        let lease = reserve(&*records, 1).await;
        let mut document = document(&*records, &lease, &code(number), "chữ").await;
        document.component = component.map(|id| id.parse().unwrap());
        records.complete(&lease, &attached(document), &[], at(2)).await.unwrap();
    }
    let search = async |query: SearchQuery| {
        let query = SearchQuery { words: "chữ".to_owned(), most: 10, ..query };
        let found = records.search(&query).await.unwrap();
        let mut names: Vec<String> = found.documents.into_iter().map(|h| h.source_name).collect();
        names.sort();
        names
    };
    let all = SearchQuery::default;
    assert_eq!(search(all()).await.len(), 4);
    assert_eq!(search(SearchQuery { kind: Some(PaperKind::Result), ..all() }).await, ["KQ.pdf"]);
    assert_eq!(search(SearchQuery { kind: Some(PaperKind::Component), ..all() }).await, ["TP1.pdf"]);
    let loose = search(SearchQuery { kind: Some(PaperKind::Unassigned), ..all() }).await;
    assert_eq!(loose, ["loose.pdf", "unknown.pdf"]);
    assert_eq!(search(SearchQuery { registered: Some(false), ..all() }).await, ["unknown.pdf"]);
    assert_eq!(search(SearchQuery { registered: Some(true), ..all() }).await.len(), 3);
    let (fifteenth, twentieth) = (Some(date(2023, 6, 15)), Some(date(2023, 6, 20)));
    assert_eq!(search(SearchQuery { from: fifteenth, to: fifteenth, ..all() }).await, ["KQ.pdf", "TP1.pdf"]);
    assert_eq!(search(SearchQuery { from: twentieth, ..all() }).await, ["loose.pdf"]);
    assert_eq!(search(SearchQuery { to: twentieth, ..all() }).await.len(), 3);
    assert_eq!(search(SearchQuery { from: twentieth, to: fifteenth, ..all() }).await, Vec::<String>::new());
    // The same where a name is looked for.
    let by_name = async |words: &str, query: SearchQuery| {
        records.search(&SearchQuery { words: words.to_owned(), most: 10, ..query }).await.unwrap()
    };
    assert_eq!(by_name("loose", SearchQuery { to: fifteenth, ..all() }).await.counted, 0);
    assert_eq!(by_name("loose", SearchQuery { from: twentieth, ..all() }).await.counted, 1);
    assert_eq!(by_name("trần thị bịa", SearchQuery { from: twentieth, ..all() }).await.dossiers.len(), 1);
    // Without what is personal only codes, names of files and numbers are found.
    let impersonal = || SearchQuery { impersonal: true, ..all() };
    assert_eq!(search(impersonal()).await, Vec::<String>::new());
    assert_eq!(by_name("trần thị bịa", impersonal()).await, Found::default());
    assert_eq!(by_name("loose", impersonal()).await.counted, 1);
    assert_eq!(by_name("H41.20-230615-0001", impersonal()).await.dossiers.len(), 1);
}
