//! Programs that read papers are confined, and it is said how.

use serde_json::Value;

use crate::support::TestHome;

#[test]
fn doctor_says_what_confines_programs_that_read_papers() {
    let home = TestHome::new("fake");
    let in_force = sohoa_sandbox::trial().unwrap();
    // That a kernel lacks something is told, and is no reason not to work.
    let checks = home.run(&["--json", "doctor"]).ends_with(0).json();
    let check = |name: &str| -> Value {
        let found = checks.as_array().unwrap().iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {checks}")).clone()
    };
    let (landlock, seccomp) = (check("landlock"), check("seccomp"));
    assert_eq!(landlock["ok"], in_force.landlock.is_some(), "{landlock}");
    assert_eq!(seccomp["ok"], in_force.seccomp, "{seccomp}");
    if let Some(abi) = in_force.landlock {
        assert!(landlock["detail"].as_str().unwrap().starts_with(&format!("ABI {abi};")), "{landlock}");
    }
    // The programs are asked for their versions confined as they are at work.
    for program in ["pdf rendering", "pdf stamps", "pdf text"] {
        assert_eq!(check(program)["ok"], true, "{checks}");
    }
    let text = home.run(&["doctor"]).ends_with(0).stdout;
    assert!(text.contains("landlock") && text.contains("seccomp"), "{text}");
}
