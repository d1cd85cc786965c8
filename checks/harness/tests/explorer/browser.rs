//! What a browser makes of an exported file. Skips, and says so, where there is no browser.

use super::lock::{check_all, registry};
use quorate::explorer::{MOST_BYTES, page};
use quorate::trace::Trace;
use std::path::{Path, PathBuf};
use std::process::Command;

fn browser() -> Option<PathBuf> {
    let given = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    given.into_iter().chain(usual).find(|path| path.is_file())
}

fn dom(browser: &Path, profile: &Path, url: &str) -> String {
    let flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--virtual-time-budget=4000",
        "--window-size=1400,900",
        "--dump-dom",
    ];
    let output = Command::new(browser)
        .args(flags)
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(url)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_exported_file_names_property_step_and_culprit() {
    let Some(browser) = browser() else {
        assert!(
            std::env::var_os("QUORATE_REQUIRE_ALL").is_none(),
            "no browser, and QUORATE_REQUIRE_ALL is set"
        );
        println!("skipped: no chromium on this machine");
        return;
    };
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    check_all(&registry, folder.path());
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let bad = files.into_iter().find(|path| path.to_string_lossy().contains("L1")).unwrap();
    let html = folder.path().join("board.html");
    std::fs::write(&html, page(&Trace::load(&bad).unwrap(), MOST_BYTES)).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let text = dom(&browser, profile.path(), &format!("file://{}#s=6", html.display()));
    assert!(text.contains("VIOLATED"), "no verdict in {} bytes of page", text.len());
    assert!(text.contains("at most one client holds the lock"));
    assert!(text.contains("step 6 of 6"));
    assert!(text.contains("culprit"), "the lane of the culprit is marked");
    assert!(text.contains(r#"aria-valuenow="6""#));
}
