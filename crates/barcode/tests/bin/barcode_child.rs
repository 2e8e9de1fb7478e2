//! The decoder's process on its own, and one that misbehaves as it is told.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((how, _)) if how == "hang" => loop {
            std::thread::sleep(std::time::Duration::from_secs(60));
        },
        Some((how, _)) if how == "die" => {
            let _ = std::io::stdin().read(&mut [0; 8]);
            std::process::abort();
        }
        Some((how, _)) if how == "babble" => {
            let mut out = std::io::stdout();
            let _ = out.write_all(b"\x08\0\0\0no json.").and_then(|()| out.flush());
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            ExitCode::SUCCESS
        }
        _ => sohoa_barcode::child_main(&args),
    }
}
