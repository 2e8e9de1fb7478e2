//! `sohoa serve`: a file that lands in a scan folder hangs on its dossier without any further command.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{TestHome, jpeg, pdf, register_csv};

#[test]
fn what_lands_in_the_inbox_ends_on_its_dossier() {
    let code = "H41.20-230615-0007";
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(code, "TP01")]));
    let inbox = home.path().join("inbox");
    let mut serve =
        home.command(&["serve", "--workers", "2"]).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::fs::create_dir(inbox.join(code)).unwrap();
    std::fs::write(inbox.join(code).join("TP01.pdf"), pdf(&[1, 2])).unwrap();
    std::fs::write(inbox.join("SCAN0001.jpg"), jpeg(9)).unwrap();
    std::fs::write(inbox.join("half.jpg.part"), b"half").unwrap();
    let start = Instant::now();
    loop {
        let files = home.ledger()["files"].clone();
        if files["attached"] == 1 && files["review"] == 1 {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{files}");
        std::thread::sleep(Duration::from_millis(200));
    }
    // The received files are out of the way, byte for byte; what is half-written is left alone.
    assert_eq!(std::fs::read(inbox.join("done").join(code).join("TP01.pdf")).unwrap(), pdf(&[1, 2]));
    assert!(inbox.join("done/SCAN0001.jpg").is_file() && inbox.join("half.jpg.part").is_file());
    let pid = serve.id().to_string();
    assert!(std::process::Command::new("kill").arg(pid).status().unwrap().success());
    assert!(serve.wait().unwrap().success());
    assert_eq!(home.ledger()["files"]["seen"], 2);
    home.run(&["verify"]).ends_with(0);
}
