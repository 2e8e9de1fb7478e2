//! Full-text search.

use std::sync::Arc;

use sohoa_domain::AttachmentState;
use sohoa_store::{Records, SearchHit};

use super::support::*;

fn names(hits: &[SearchHit]) -> Vec<(&str, bool)> {
    hits.iter().map(|h| (h.source_name.as_str(), h.exact)).collect()
}

pub async fn accents_count_but_are_not_needed(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "a", &code(1), "Giấy đăng ký tạm trú\ncủa xã Hoà Bình").await;
    attach(&*records, batch, "b", &code(2), "GIÂY DÁN và đường dây").await;
    attach(&*records, batch, "c", &code(3), "giay bac, hoa binh").await;
    let search = async |words: &str| records.search(words, 10).await.unwrap();
    let hits = search("giấy").await;
    assert_eq!(hits[0].source_name, "a");
    assert_eq!(hits.iter().map(|h| h.exact).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(hits[0].snippet, "[Giấy] đăng ký tạm trú của xã Hoà Bình");
    assert_eq!(hits[0].dossier, code(1));
    assert!(hits[1..].iter().any(|h| h.snippet == "[GIÂY] DÁN và đường dây"));
    // The two placements of the tone mark are one word; among equals the shorter text is first.
    assert_eq!(names(&search("hòa bình").await), [("c", false), ("a", false)]);
    assert_eq!(names(&search("hoà bình").await), [("a", true), ("c", false)]);
    assert_eq!(names(&search("duong").await), [("b", false)]);
    // Decomposed input is the same word.
    assert_eq!(names(&search("Gia\u{302}\u{301}y ký").await), [("a", true)]);
    // All words have to be there.
    assert_eq!(names(&search("giấy bịa").await), []);
    assert_eq!(records.search("giay", 2).await.unwrap().len(), 2);
    assert_eq!(records.search("giay", 0).await.unwrap(), []);
}

pub async fn words_are_never_search_syntax(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "a", &code(1), "Số: 15/QĐ-BNV or not near").await;
    let search = async |words: &str| names_owned(&records.search(words, 10).await.unwrap());
    for found in ["15/QĐ-BNV", "\"15/qđ\"", "or NOT near", "qđ*", "(bnv", "số:15", "'15'"] {
        assert_eq!(search(found).await, ["a"], "{found}");
    }
    for nothing in ["", "  ", "\"", "* ( ) :", "exact: zzz", "a NEAR b", "zzz OR 15", "qđ^zzz", "{folded} : zzz", "\0"]
    {
        assert_eq!(search(nothing).await, Vec::<String>::new(), "{nothing}");
    }
    // Very long input ends, too.
    assert_eq!(search(&"15 ".repeat(20_000)).await, ["a"]);
    let many: String = (0..20_000).map(|n| format!("từ{n} ")).collect();
    assert_eq!(search(&many).await, Vec::<String>::new());
}

fn names_owned(hits: &[SearchHit]) -> Vec<String> {
    hits.iter().map(|h| h.source_name.clone()).collect()
}

pub async fn codes_and_file_names_are_found(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    attach(&*records, batch, "hộp 1/Quét 07.pdf", &code(1), "một").await;
    attach(&*records, batch, "SCAN0002.pdf", &code(1), "hai").await;
    attach(&*records, batch, "SCAN0003.pdf", &code(2), "theo hồ sơ H41.20-230615-0001").await;
    let search = async |words: &str| names_owned(&records.search(words, 10).await.unwrap());
    assert_eq!(search(" h41.20-230615-0001 ").await, ["Quét 07.pdf", "SCAN0002.pdf", "SCAN0003.pdf"]);
    assert_eq!(search("scan0002.PDF").await, ["SCAN0002.pdf"]);
    assert_eq!(search("scan0002").await, ["SCAN0002.pdf"]);
    assert_eq!(search("quet 07").await, ["Quét 07.pdf"]);
    assert_eq!(search("scan").await, Vec::<String>::new());
}

pub async fn an_exact_hit_shows_where_it_is(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let far = format!("hoa ở đầu. {} hóa ở cuối [trang 2]", "và rồi ".repeat(60));
    attach(&*records, batch, "a", &code(1), &far).await;
    let hits = records.search("hóa", 10).await.unwrap();
    assert!(hits[0].exact);
    assert!(hits[0].snippet.contains("[hóa] ở cuối"), "{}", hits[0].snippet);
    let hits = records.search("hoá", 10).await.unwrap();
    assert!(!hits[0].exact && hits[0].snippet.starts_with("[hoa] ở đầu"), "{}", hits[0].snippet);
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
    assert_eq!(records.search("chữ", 10).await.unwrap().len(), 2);
}
