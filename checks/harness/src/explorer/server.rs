//! The server itself: one thread waits for requests, each request has a thread of its own.

use super::library::Library;
use super::route::{Answer, Ask, Desk, refuse};
use crate::registry::Registry;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tiny_http::{Header, Method, Request, Response};

/// Larger bodies are not read.
const MOST_BODY: u64 = 1 << 20;

/// How long a request for news waits for some.
const PATIENCE: Duration = Duration::from_secs(25);

/// How often the folder is looked at while somebody waits.
const LOOK: Duration = Duration::from_millis(400);

/// What to serve.
#[derive(Clone, Debug)]
pub struct Start {
    /// The folder of traces, or one trace file.
    pub place: PathBuf,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// The report on planted defects, if there is one.
    pub report: Option<PathBuf>,
}

/// A server that listens, and answers once [`Server::run`] is called.
pub struct Server<'r> {
    http: tiny_http::Server,
    desk: Desk<'r>,
    port: u16,
}

impl<'r> Server<'r> {
    /// Listens on the loopback interface.
    ///
    /// # Errors
    /// If the port is taken.
    pub fn new(registry: &'r Registry, start: &Start) -> io::Result<Self> {
        let http = tiny_http::Server::http(("127.0.0.1", start.port)).map_err(io::Error::other)?;
        let port = http.server_addr().to_ip().map_or(start.port, |address| address.port());
        let library = Mutex::new(Library::new(&start.place));
        Ok(Server { http, desk: Desk { registry, library, report: start.report.clone() }, port })
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The stored runs, and all else that answers come from.
    pub fn desk(&self) -> &Desk<'r> {
        &self.desk
    }

    /// The id of the only run, if there is only one.
    pub fn only(&self) -> Option<String> {
        self.desk.runs().only().map(str::to_owned)
    }

    /// Answers until [`Server::stop`] is called.
    pub fn run(&self) {
        std::thread::scope(|scope| {
            for request in self.http.incoming_requests() {
                scope.spawn(move || self.serve(request));
            }
        });
    }

    /// Ends [`Server::run`], once the answers under way are given.
    pub fn stop(&self) {
        self.http.unblock();
    }

    fn serve(&self, mut request: Request) {
        let ask = read(&mut request);
        let waits = ask.url.strip_prefix("/api/events?after=").and_then(|after| after.parse().ok());
        let answer = match (waits, refuse(&ask, self.port)) {
            (Some(_), Some(refusal)) => refusal,
            (Some(after), None) => self.news(after),
            (None, _) => self.desk.answer(&ask, self.port),
        };
        // Whoever asked may have gone; there is nobody to tell.
        let _ = request.respond(response(answer));
    }

    /// Waits until the folder is newer than `after`, or patience ends.
    fn news(&self, after: u64) -> Answer {
        let begin = Instant::now();
        loop {
            let version = {
                let mut runs = self.desk.runs();
                runs.refresh();
                runs.version()
            };
            if version != after || begin.elapsed() > PATIENCE {
                return Answer::value(&serde_json::json!({ "version": version }));
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// Serves `start` until the process ends; `ready` is told the address first.
///
/// # Errors
/// If the port is taken.
pub fn serve(registry: &Registry, start: &Start, ready: impl FnOnce(&Server<'_>)) -> io::Result<()> {
    let server = Server::new(registry, start)?;
    ready(&server);
    server.run();
    Ok(())
}

fn read(request: &mut Request) -> Ask {
    let header = |name: &str| {
        let own = |header: &&Header| header.field.as_str().as_str().eq_ignore_ascii_case(name);
        request.headers().iter().find(own).map(|header| header.value.as_str().to_owned())
    };
    let (host, origin) = (header("host").unwrap_or_default(), header("origin"));
    let board = header("x-board").as_deref() == Some("1");
    let (post, url) = (*request.method() == Method::Post, request.url().to_owned());
    let mut body = String::new();
    if post && request.as_reader().take(MOST_BODY).read_to_string(&mut body).is_err() {
        body.clear();
    }
    Ask { post, url, host, origin, board, body }
}

fn response(answer: Answer) -> Response<io::Cursor<Vec<u8>>> {
    let mut response = Response::from_string(answer.body).with_status_code(answer.status);
    let headers = [
        ("Content-Type", answer.kind),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
    ];
    for (name, value) in headers {
        // The names and values stand above; all of them are valid.
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    response
}
