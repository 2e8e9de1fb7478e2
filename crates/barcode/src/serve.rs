//! The decoder's own process: its limits and confinement, then crop after crop.

use std::io::{self, BufReader, BufWriter};
use std::process::ExitCode;

use sohoa_sandbox::{Confinement, child};

use crate::decode::decode_crop;
use crate::frame::{read_crop, write_answer};

/// The child process: reads crops from stdin, writes what they say to stdout, ends when stdin does.
///
/// Arguments: `--memory-mib N`.
pub fn child_main(args: &[String]) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sohoa barcode-child: {error}");
            ExitCode::from(5)
        }
    }
}

fn serve(args: &[String]) -> io::Result<()> {
    let mib = match args {
        [flag, mib] if flag == "--memory-mib" => mib.parse::<u64>().ok(),
        _ => None,
    };
    let mib = mib.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "--memory-mib N"))?;
    let mut out = BufWriter::new(child::begin(mib, &Confinement::default())?);
    let mut input = BufReader::new(io::stdin().lock());
    while let Some(crop) = read_crop(&mut input)? {
        write_answer(&mut out, &decode_crop(&crop))?;
    }
    Ok(())
}
