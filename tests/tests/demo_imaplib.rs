//! The demo server, spoken to by Python's standard imaplib: a client that this project had no part in.

use imap_tests::certs;
use imap_tests::demo::{Demo, Settings};
use imap_tests::skip::skip;
use std::path::Path;
use std::process::Command;

#[test]
fn imaplib_understands_the_demo_server() {
    if Command::new("python3").arg("-V").output().is_err() {
        return skip("python3 is not installed");
    }
    let demo = Demo::start(Settings {
        large_lines: 1,
        ..Settings::default()
    })
    .expect("loopback ports are free");
    let ca_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-imaplib-ca.pem");
    std::fs::write(&ca_file, certs::shared().pem()).expect("the target directory can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/demo_imaplib.py");
    let ports = [demo.port().to_string(), demo.tls_port().to_string()];
    let output = Command::new("python3")
        .arg(script)
        .args(ports)
        .arg(ca_file)
        .output()
        .expect("python3 starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(output.stdout, b"all good\n", "{errors}");
}
