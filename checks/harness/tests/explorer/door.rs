//! Who is answered at all, and that no request takes the server down.

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
    with_server(|address| {
        assert!(address.starts_with("127.0.0.1:"));
        let get = |host: &str, url: &str| {
            let mut socket = TcpStream::connect(address).unwrap();
            write!(socket, "GET {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
            let mut text = String::new();
            socket.read_to_string(&mut text).unwrap();
            text
        };
        let page = get(address, "/");
        assert!(page.starts_with("HTTP/1.1 200"), "{}", &page[..200]);
        assert!(page.contains("<!doctype html>") && page.contains("Content-Security-Policy"));
        assert!(!page.to_ascii_lowercase().contains("access-control-allow"));
        assert!(get("evil.example", "/").starts_with("HTTP/1.1 403"));
        assert!(get("evil.example", "/api/events?after=0").starts_with("HTTP/1.1 403"));
        assert!(
            get(address, "/api/events?after=0").contains(r#"{"version":1}"#),
            "news that is there comes at once"
        );
    });
}

/// Sends `request` to a fresh connection, and reads the answer; empty if the connection ends without one.
fn told(address: &str, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    // The server may have answered and gone before all of it is sent.
    let sent = socket.write_all(request);
    let mut bytes = Vec::new();
    let read = socket.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(!text.is_empty() || sent.is_err() || read.is_ok(), "{read:?}");
    text
}

/// Runs `test` with the address of a server, which stops whether or not the test fails: a failure is not a hang.
fn with_server(test: impl FnOnce(&str)) {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let start = Start { place: folder.path().to_owned(), port: 0, report: None };
    let server = Server::new(&registry, &start).unwrap();
    let address = server.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    struct Stop<'s, 'r>(&'s Server<'r>);
    impl Drop for Stop<'_, '_> {
        fn drop(&mut self) {
            self.0.stop();
        }
    }
    std::thread::scope(|scope| {
        scope.spawn(|| server.run());
        let _stop = Stop(&server);
        test(&address);
    });
}

#[test]
fn no_announced_length_takes_the_server_down() {
    with_server(|address| {
        let post = |head: &str, body: &str| {
            let fixed = format!("POST /api/m/careful/path HTTP/1.1\r\nHost: {address}\r\nX-Board: 1\r\n");
            told(address, format!("{fixed}{head}\r\n{body}").as_bytes())
        };
        let body = r#"{"tokens":[]}"#;
        let fits = || post(&format!("Content-Length: {}\r\n", body.len()), body);
        assert!(fits().starts_with("HTTP/1.1 200"));
        for length in [
            "1048577",
            "99999999999",
            "18446744073709551615",
            "9223372036854775808",
            "999999999999999999999999",
        ] {
            let answer = post(&format!("Content-Length: {length}\r\n"), body);
            assert!(answer.starts_with("HTTP/1.1 413"), "{length}: {answer}");
        }
        for length in ["-1", "1 000", "0x10", "", "+5"] {
            let answer = post(&format!("Content-Length: {length}\r\n"), body);
            assert!(answer.starts_with("HTTP/1.1 400"), "{length}: {answer}");
        }
        let twice = post("Content-Length: 13\r\nContent-Length: 99999999999\r\n", body);
        assert!(twice.starts_with("HTTP/1.1 400"), "{twice}");
        for chunked in ["5\r\nhello\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFF\r\nhello", "ZZ\r\n"] {
            let answer = post("Transfer-Encoding: chunked\r\n", chunked);
            assert!(answer.starts_with("HTTP/1.1 411"), "{chunked:?}: {answer}");
        }
        let expects = post("Expect: 100-continue\r\nContent-Length: 99999999999\r\n", "");
        assert!(expects.starts_with("HTTP/1.1 413"), "{expects}");
        let get = format!("GET / HTTP/1.1\r\nHost: {address}\r\nContent-Length: 99999999999999\r\n\r\n");
        assert!(told(address, get.as_bytes()).starts_with("HTTP/1.1 413"));
        assert!(fits().starts_with("HTTP/1.1 200"), "the server is still there");
    });
}

#[test]
fn nothing_that_is_no_request_takes_the_server_down() {
    with_server(|address| {
        let get = |extra: &str| {
            told(address, format!("GET /api/runs HTTP/1.1\r\nHost: {address}\r\n{extra}\r\n").as_bytes())
        };
        assert!(get("").starts_with("HTTP/1.1 200"));
        assert!(get(&"X-Some: header\r\n".repeat(50)).starts_with("HTTP/1.1 200"));
        assert!(get(&"X-Many: headers\r\n".repeat(500)).starts_with("HTTP/1.1 431"));
        assert!(get(&format!("X-Long: {}\r\n", "x".repeat(100_000))).starts_with("HTTP/1.1 431"));
        assert!(get("no colon\r\n").starts_with("HTTP/1.1 400"));
        for line in ["", " ", "GET", "GET /", "GET / HTTP/1.1 more", "GET / SMTP/1.1", "\0\0\0\0", "\u{fffd}"]
        {
            let answer = told(address, format!("{line}\r\nHost: {address}\r\n\r\n").as_bytes());
            assert!(answer.starts_with("HTTP/1.1 400"), "{line:?}: {answer}");
        }
        assert!(told(address, b"\xff\xfe GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
        assert!(told(address, &[b'x'; 200_000]).starts_with("HTTP/1.1 431"));
        let other = format!("DELETE / HTTP/1.1\r\nHost: {address}\r\n\r\n");
        assert!(told(address, other.as_bytes()).starts_with("HTTP/1.1 405"));
        let head = told(address, format!("HEAD / HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes());
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
        // Clients that say half of it, or nothing, and go; and some that stay.
        for part in
            ["", "GET", "GET / HTTP/1.1\r\nHost:", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"]
        {
            let mut socket = TcpStream::connect(address).unwrap();
            socket.write_all(part.as_bytes()).unwrap();
        }
        let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        assert!(get("").starts_with("HTTP/1.1 200"), "the server is still there");
        drop(silent);
    });
}
