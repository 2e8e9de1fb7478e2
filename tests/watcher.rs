//! `sohoa serve`: a file that lands in a scan folder hangs on its dossier without any further command.

use crate::support::{TestHome, jpeg, pdf, register_csv};

#[test]
fn what_lands_in_the_inbox_ends_on_its_dossier() {
    let code = "H41.20-230615-0007";
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(code, "TP01")]));
    let inbox = home.path().join("inbox");
    let serve = home.serve();
    std::fs::create_dir(inbox.join(code)).unwrap();
    std::fs::write(inbox.join(code).join("TP01.pdf"), pdf(&[1, 2])).unwrap();
    std::fs::write(inbox.join("SCAN0001.jpg"), jpeg(9)).unwrap();
    std::fs::write(inbox.join("half.jpg.part"), b"half").unwrap();
    home.wait_for(60, |ledger| ledger["files"]["attached"] == 1 && ledger["files"]["review"] == 1);
    // The received files are out of the way, byte for byte; what is half-written is left alone.
    assert_eq!(std::fs::read(inbox.join("done").join(code).join("TP01.pdf")).unwrap(), pdf(&[1, 2]));
    assert!(inbox.join("done/SCAN0001.jpg").is_file() && inbox.join("half.jpg.part").is_file());
    serve.stop();
    assert_eq!(home.ledger()["files"]["seen"], 2);
    home.run(&["verify"]).ends_with(0);
}
