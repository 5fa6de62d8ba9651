//! What may be between the suite and a server: a proxy over plain HTTP that does to requests and answers what a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::stub::listen;

/// A request on its way.
pub struct Passing {
    /// Counts requests, from 0.
    pub number: usize,
    /// Its method.
    pub method: String,
    /// Its head, in lower case.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// What becomes of a request.
pub enum Fate {
    /// It is passed on, and its answer passed back.
    Passes,
    /// The same, and the connection is closed although the answer does not say so.
    PassesAndCloses,
    /// It is answered on the way, with this status and a page of HTML.
    Answered(u16),
    /// The answer is passed back with one text in the place of another, which is as long.
    Rewritten(&'static str, &'static str),
    /// Half of the body of its answer is passed back.
    Halved,
    /// It is carried out, and its answer lost.
    AnswerLost,
    /// Nobody answers, and it is carried out after this time.
    Late(Duration),
}

/// A proxy in front of the server at `backend`, which is an origin with a slash. Gives its own.
pub fn proxy(backend: &str, fate: impl Fn(&Passing) -> Fate + Send + Sync + 'static) -> String {
    let backend = backend.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (fate, numbers) = (Arc::new(fate), Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    listen(move |stream| {
        let (backend, fate, numbers) = (backend.clone(), Arc::clone(&fate), Arc::clone(&numbers));
        thread::spawn(move || {
            // a client or server that goes away is no matter of ours
            let next = || numbers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            while talk(&stream, &backend, &*fate, &next).unwrap_or(false) {}
            let _ = stream.shutdown(Shutdown::Both);
        });
    })
}

/// Handles one request; whether another may follow on the connection.
fn talk(
    mut stream: &TcpStream,
    backend: &str,
    fate: &dyn Fn(&Passing) -> Fate,
    next: &dyn Fn() -> usize,
) -> std::io::Result<bool> {
    let (head, body) = read_message(stream, false)?;
    if head.is_empty() {
        return Ok(false);
    }
    let method = head.split(' ').next().unwrap_or_default().to_owned();
    let head_only = method == "HEAD";
    let passing = Passing { number: next(), method, head: head.to_ascii_lowercase(), body };
    let fate = fate(&passing);
    if let Fate::Answered(status) = fate {
        let page = "<html><body>the gateway</body></html>";
        let length = page.len();
        let fields = format!("Content-Type: text/html\r\nContent-Length: {length}\r\n");
        write!(stream, "HTTP/1.1 {status} Said\r\n{fields}\r\n{}", if head_only { "" } else { page })?;
        return Ok(true);
    }
    if let Fate::Late(time) = fate {
        thread::sleep(time);
    }
    let mut server = TcpStream::connect(backend)?;
    // in one piece each: the second of two waits for the first to be acknowledged
    server.write_all(&[head.as_bytes(), &passing.body].concat())?;
    let (head, body) = read_message(&server, head_only)?;
    match fate {
        Fate::AnswerLost | Fate::Late(_) => Ok(false),
        Fate::Halved => {
            stream.write_all(&[head.as_bytes(), &body[..body.len() / 2]].concat())?;
            Ok(false)
        }
        Fate::Rewritten(from, to) => {
            let body = String::from_utf8_lossy(&body).replace(from, to);
            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
            Ok(true)
        }
        _ => {
            stream.write_all(&[head.as_bytes(), &body].concat())?;
            Ok(!matches!(fate, Fate::PassesAndCloses))
        }
    }
}

/// Head, with its empty line, and body of a message. Bodies come with Content-Length or in chunks, whose frames are kept.
fn read_message(stream: &TcpStream, head_only: bool) -> std::io::Result<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let lower = head.to_ascii_lowercase();
    let field = |name: &str| lower.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(':')).unwrap_or("").trim();
    let mut body = Vec::new();
    if head_only {
        return Ok((head, body));
    }
    if field("transfer-encoding") == "chunked" {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
            body.extend(line.bytes());
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk)?;
            body.extend(chunk);
            if size == 0 {
                break;
            }
        }
    } else {
        let length = field("content-length").parse().unwrap_or(0);
        reader.take(length).read_to_end(&mut body)?;
    }
    Ok((head, body))
}
