//! Who is answered at all.

use super::lock::{PORT, ask, desk, post, registry};
use quorate::explorer::{Ask, Server, Start};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn only_pages_of_this_server_are_answered() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    let status = |ask: Ask| desk.answer(&ask, PORT).status;
    assert_eq!(status(ask("/api/runs")), 200);
    for host in ["localhost:7777", "[::1]:7777"] {
        assert_eq!(status(Ask { host: host.to_owned(), ..ask("/api/runs") }), 200, "{host}");
    }
    for host in ["", "127.0.0.1", "127.0.0.1:7778", "evil.example:7777", "127.0.0.1.evil.example:7777"] {
        assert_eq!(status(Ask { host: host.to_owned(), ..ask("/api/runs") }), 403, "{host}");
    }
    let from = |origin: &str| Ask { origin: Some(origin.to_owned()), ..ask("/api/runs") };
    assert_eq!(status(from("http://127.0.0.1:7777")), 200);
    for origin in ["http://evil.example", "null", "https://127.0.0.1:7777", "http://127.0.0.1:1"] {
        assert_eq!(status(from(origin)), 403, "{origin}");
    }
    let path = || post("/api/m/careful/path", r#"{"tokens":[]}"#);
    assert_eq!(status(path()), 200);
    assert_eq!(status(Ask { board: false, ..path() }), 403, "a POST without the header");
}

#[test]
fn what_is_not_there_is_said_in_a_sentence() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    for url in [
        "/nothing",
        "/api/t/3f9c2a",
        "/api/verify/3f9c2a",
        "/api/report",
        "/api/m/nobody/graph",
        "/../Cargo.toml",
    ] {
        let answer = desk.answer(&ask(url), PORT);
        assert_eq!(answer.status, 404, "{url}");
        assert!(answer.body.starts_with("There is no "), "{url}: {}", answer.body);
    }
    assert_eq!(desk.answer(&post("/api/m/careful/path", "not json"), PORT).status, 400);
}

#[test]
fn the_server_listens_on_loopback_and_serves_the_page() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let start = Start { place: folder.path().to_owned(), port: 0, report: None };
    let server = Server::new(&registry, &start).unwrap();
    let address = server.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    assert!(address.starts_with("127.0.0.1:"));
    std::thread::scope(|scope| {
        scope.spawn(|| server.run());
        let get = |host: &str, url: &str| {
            let mut socket = TcpStream::connect(&address).unwrap();
            write!(socket, "GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
            let mut text = String::new();
            socket.read_to_string(&mut text).unwrap();
            text
        };
        let page = get(&address, "/");
        assert!(page.starts_with("HTTP/1.1 200"), "{}", &page[..200]);
        assert!(page.contains("<!doctype html>") && page.contains("Content-Security-Policy"));
        assert!(!page.to_ascii_lowercase().contains("access-control-allow"));
        assert!(get("evil.example", "/").starts_with("HTTP/1.1 403"));
        assert!(get("evil.example", "/api/events?after=0").starts_with("HTTP/1.1 403"));
        assert!(
            get(&address, "/api/events?after=0").contains(r#"{"version":1}"#),
            "news that is there comes at once"
        );
        server.stop();
    });
}
