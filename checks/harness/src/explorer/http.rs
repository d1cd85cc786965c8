//! HTTP/1.1 as far as the explorer needs it: one request a connection, bounded before it is read.
//!
//! A request says how long it is, and whoever can reach the port may say anything. So nothing here allocates by what a
//! request announces: the head has a bound, the body has a bound, a body without an announced length is refused, and all
//! of it must arrive within a deadline.

use super::desk::{Answer, Ask};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// The most bytes of a request line and its headers.
const MOST_HEAD: usize = 16 << 10;

/// The most headers.
const MOST_HEADERS: usize = 64;

/// The most bytes of a body.
const MOST_BODY: usize = 1 << 20;

/// How long a request may take to arrive, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// After a refusal, this much of what the client still sends is read, so that it gets to read the answer.
const MOST_REST: usize = 1 << 20;

/// Why a request is not answered by the desk.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is answered so.
    Refused(Answer),
    /// The client has gone, or sent nothing.
    Gone,
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => refused(408, "The request took too long."),
            _ => Trouble::Gone,
        }
    }
}

fn refused(status: u16, sentence: &str) -> Trouble {
    Trouble::Refused(Answer::text(status, sentence))
}

/// What reads a request from a socket before the deadline.
struct Wire<'s> {
    socket: &'s TcpStream,
    deadline: Instant,
}

impl Wire<'_> {
    /// Adds at least one byte to `bytes`, and at most so many.
    fn more(&mut self, bytes: &mut Vec<u8>, most: usize) -> Result<(), Trouble> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        // A time limit of zero would be none.
        self.socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let mut chunk = [0; 4096];
        let most = most.min(chunk.len());
        match self.socket.read(&mut chunk[..most])? {
            0 => Err(Trouble::Gone),
            count => {
                bytes.extend_from_slice(&chunk[..count]);
                Ok(())
            }
        }
    }
}

/// The request line and the headers.
struct Head {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn parse(text: &str) -> Option<Head> {
        let mut lines = text.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, url, version) = (first.next()?, first.next()?, first.next()?);
        if !version.starts_with("HTTP/1.") || first.next().is_some() {
            return None;
        }
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let plain = !name.is_empty() && !name.contains(char::is_whitespace);
            plain.then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.map(header).collect::<Option<Vec<_>>>()?;
        Some(Head { method: method.to_owned(), url: url.to_owned(), headers })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The length of the body that is announced, if it may be read.
    fn length(&self) -> Result<usize, Trouble> {
        if self.get("transfer-encoding").is_some() {
            return Err(refused(411, "A body needs a Content-Length."));
        }
        let mut lengths = self.headers.iter().filter(|(name, _)| name == "content-length");
        let Some((_, length)) = lengths.next() else { return Ok(0) };
        if lengths.next().is_some() || length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(refused(400, "Content-Length is no number."));
        }
        // More digits than a number has room for are too many as well.
        match length.parse() {
            Ok(length) if length <= MOST_BODY => Ok(length),
            _ => Err(refused(413, "The body is too long.")),
        }
    }
}

/// Reads one request. Whether it is for a `HEAD` comes back as well.
pub(super) fn read(socket: &TcpStream) -> Result<(Ask, bool), Trouble> {
    let mut wire = Wire { socket, deadline: Instant::now() + PATIENCE };
    let (head, mut body) = read_head(&mut wire)?;
    let (post, is_head) = match head.method.as_str() {
        "POST" => (true, false),
        method @ ("GET" | "HEAD") => (false, method == "HEAD"),
        _ => return Err(refused(405, "The methods here are GET, HEAD and POST.")),
    };
    let length = head.length()?;
    if head.get("expect").is_some() && body.len() < length {
        wire.socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    while body.len() < length {
        let missing = length - body.len();
        wire.more(&mut body, missing)?;
    }
    body.truncate(length);
    let ask = Ask {
        post,
        host: head.get("host").unwrap_or_default().to_owned(),
        origin: head.get("origin").map(str::to_owned),
        board: head.get("x-board") == Some("1"),
        // What is no text is no JSON either, and the desk says so.
        body: if post { String::from_utf8(body).unwrap_or_default() } else { String::new() },
        url: head.url,
    };
    Ok((ask, is_head))
}

/// Reads to the end of the headers; what came of the body with them comes back too.
fn read_head(wire: &mut Wire<'_>) -> Result<(Head, Vec<u8>), Trouble> {
    let mut bytes = Vec::new();
    let end = loop {
        wire.more(&mut bytes, MOST_HEAD)?;
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > MOST_HEAD {
            return Err(refused(431, "The headers are too long."));
        }
    };
    let body = bytes.split_off(end + 4);
    bytes.truncate(end);
    let head = String::from_utf8(bytes).ok().and_then(|text| Head::parse(&text));
    let head = head.ok_or_else(|| refused(400, "This is no HTTP request."))?;
    if head.headers.len() > MOST_HEADERS {
        return Err(refused(431, "There are too many headers."));
    }
    Ok((head, body))
}

/// Writes an answer, without its body if `bare`, and ends the connection.
pub(super) fn write(socket: &TcpStream, answer: &Answer, bare: bool) -> io::Result<()> {
    socket.set_write_timeout(Some(PATIENCE))?;
    let head = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        answer.status,
        reason(answer.status),
        answer.kind,
        answer.body.len()
    );
    let mut wire = socket;
    wire.write_all(head.as_bytes())?;
    if !bare {
        wire.write_all(answer.body.as_bytes())?;
    }
    wire.flush()?;
    socket.shutdown(Shutdown::Write)?;
    drain(socket)
}

/// Reads what the client still sends, within bounds: a connection that is closed before takes the answer with it.
fn drain(mut socket: &TcpStream) -> io::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(1);
    let (mut chunk, mut rest) = ([0; 4096], 0);
    while rest < MOST_REST {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left))?;
        match socket.read(&mut chunk)? {
            0 => break,
            count => rest += count,
        }
    }
    Ok(())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
