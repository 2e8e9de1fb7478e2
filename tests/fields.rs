//! What is taken from the print of papers, with the real recognizer, and the rules that a clerk adds.

use std::path::Path;

use serde_json::Value;

use crate::support::{TestHome, run, samples, sohoa};

/// Fields of a sample: all that `--fields` writes.
fn fields_of(sample: &str, folder: &Path) -> Vec<Value> {
    let out = folder.join("fields.json");
    let mut convert = sohoa("sohoa");
    convert.arg("convert").arg(samples().join(sample)).arg(folder.join("out.pdf")).arg("--fields").arg(&out);
    run(&mut convert).ends_with(0);
    serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap()
}

#[test]
fn fields_of_the_samples_are_right() {
    let folder = tempfile::tempdir().unwrap();
    for (sample, wanted) in [
        (
            "H41.20-230619-0006_TP02_cong-van.png",
            &[
                ("document_type", "CÔNG VĂN"),
                ("number", "642"),
                ("symbol", "UBND-NV"),
                ("date", "2023-06-08"),
                ("parent_body", "TỈNH AN BÌNH"),
                ("issuer", "ỦY BAN NHÂN DÂN HUYỆN PHÚ LỘC HẠ"),
                ("subject", "chuẩn bị mặt bằng kho lưu trữ và phân công trực"),
                ("signer_title", "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"),
                ("page_count", "1"),
            ][..],
        ),
        (
            "000.20.41.H41-230615-0002_KQ_quyet-dinh.pdf",
            &[
                ("document_type", "QUYẾT ĐỊNH"),
                ("number", "47"),
                ("symbol", "QĐ-UBND"),
                ("date", "2023-06-12"),
                ("issuer", "ỦY BAN NHÂN DÂN TỈNH AN BÌNH"),
                (
                    "subject",
                    "Về việc phê duyệt kế hoạch tiếp nhận, kiểm đếm và lưu giữ giấy tờ tại bộ phận một cửa năm 2023",
                ),
                ("signer_title", "KT. CHỦ TỊCH PHÓ CHỦ TỊCH"),
                ("page_count", "4"),
            ],
        ),
        (
            "H41.20-230615-0001_KQ_giay-phep.pdf",
            &[
                ("document_type", "GIẤY PHÉP"),
                ("number", "162"),
                ("symbol", "GP-UBND"),
                ("date", "2023-06-14"),
                ("subject", "Sửa chữa nhà ở riêng lẻ"),
                ("person_id", "099079031418"),
                ("page_count", "2"),
            ],
        ),
    ] {
        let fields = fields_of(sample, folder.path());
        for (name, value) in wanted {
            let field = fields.iter().find(|f| f["name"] == *name).unwrap_or_else(|| panic!("{sample}: no {name}"));
            assert_eq!(field["value"], *value, "{sample}: {name}");
            assert!(field["page"].as_u64().is_some_and(|page| page >= 1), "{field}");
        }
        let id = fields.iter().find(|f| f["name"] == "person_id");
        assert!(id.is_none_or(|id| id["issue"] == "id-place" && id["confident"] == false), "no place has 099");
    }
}

#[test]
fn a_clerks_rules_are_checked_with_their_examples_and_used() {
    let home = TestHome::new("fake");
    let ours = home.json(&["config", "check"])["field_examples"].as_u64().unwrap();
    home.change_settings(|text| {
        text.replace("[fields]", "[fields]\nrules = \"fields.toml\"\n#").replace("\nrules = \"\"", "")
    });
    let rule = "[[rule]]\nname = \"fee\"\nfield = \"fee\"\nlabels = [\"Lệ phí\"]\nkind = \"text\"\nplace = \"right\"\n\
                [[rule.example]]\nlines = [\"Lệ phí: 50.000 đồng\"]\nvalue = \"50.000 đồng\"\n";
    let file = home.path().join("fields.toml");
    assert!(home.run(&["config", "check"]).ends_with(4).stderr.contains("fields.toml"), "the file is not there yet");
    std::fs::write(&file, rule).unwrap();
    assert_eq!(home.json(&["config", "check"])["field_examples"], ours + 1);
    std::fs::write(&file, rule.replace("value = \"50.000 đồng\"", "value = \"50.000\"")).unwrap();
    let said = home.run(&["config", "check"]).ends_with(4).stderr;
    assert!(said.contains("\"fee\"") && said.contains("50.000 đồng"), "{said}");
}
