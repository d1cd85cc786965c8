//! The server itself: one thread waits for requests, each request has a thread of its own.

use super::desk::{Answer, Ask, Desk};
use super::http::{self, Trouble};
use super::library::Library;
use super::route::refuse;
use crate::registry::Registry;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The most connections that are served side by side.
const MOST_CONNECTIONS: usize = 128;

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
    listener: TcpListener,
    desk: Desk<'r>,
    port: u16,
    stopped: AtomicBool,
    connections: AtomicUsize,
}

impl<'r> Server<'r> {
    /// Listens on the loopback interface.
    ///
    /// # Errors
    /// If the port is taken.
    pub fn new(registry: &'r Registry, start: &Start) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", start.port))?;
        let port = listener.local_addr()?.port();
        let library = Mutex::new(Library::new(&start.place));
        let desk = Desk { registry, library, report: start.report.clone() };
        let (stopped, connections) = (AtomicBool::new(false), AtomicUsize::new(0));
        Ok(Server { listener, desk, port, stopped, connections })
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
            for connection in self.listener.incoming() {
                if self.stopped.load(Ordering::Relaxed) {
                    break;
                }
                match connection {
                    Ok(socket) => {
                        let serve = move || self.serve(&socket);
                        // Without a thread for it, the connection is closed.
                        drop(std::thread::Builder::new().spawn_scoped(scope, serve));
                    }
                    // The client has gone already, or there are no more sockets: others may be closed meanwhile.
                    Err(_) => std::thread::sleep(Duration::from_millis(10)),
                }
            }
        });
    }

    /// Ends [`Server::run`], once the answers under way are given.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It waits for a connection. If none can be made, nobody listens any more.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }

    fn serve(&self, socket: &TcpStream) {
        let others = self.connections.fetch_add(1, Ordering::Relaxed);
        let (answer, bare) = match (others < MOST_CONNECTIONS).then(|| http::read(socket)) {
            Some(Ok((ask, bare))) => (Some(self.answer(&ask)), bare),
            Some(Err(Trouble::Refused(answer))) => (Some(answer), false),
            Some(Err(Trouble::Gone)) => (None, false),
            None => (Some(Answer::text(503, "Too many connections.")), false),
        };
        // Whoever asked may have gone; there is nobody to tell.
        drop(answer.map(|answer| http::write(socket, &answer, bare)));
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    fn answer(&self, ask: &Ask) -> Answer {
        let waits = ask.url.strip_prefix("/api/events?after=").and_then(|after| after.parse().ok());
        match (waits, refuse(ask, self.port)) {
            (Some(_), Some(refusal)) => refusal,
            (Some(after), None) => self.news(after),
            (None, _) => self.desk.answer(ask, self.port),
        }
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
            if version != after || begin.elapsed() > PATIENCE || self.stopped.load(Ordering::Relaxed) {
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
