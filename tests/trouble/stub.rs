//! A server that answers what a test wants, over plain HTTP, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a stub was asked: the head of a request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Method and path.
    pub line: String,
    /// Header fields as they came.
    pub head: String,
}

impl Asked {
    /// The path, with its query.
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header field; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim()).next().unwrap_or_default()
    }
}

/// Status, header fields, body.
pub struct Answer(pub u16, pub Vec<(&'static str, String)>, pub String);

impl Answer {
    /// JSON with the media type of TAXII 2.1.
    pub fn taxii(status: u16, body: &serde_json::Value) -> Answer {
        Answer::typed(status, "application/taxii+json;version=2.1", body.to_string())
    }

    /// A body of this media type.
    pub fn typed(status: u16, media_type: &str, body: impl Into<String>) -> Answer {
        Answer(status, vec![("Content-Type", media_type.to_owned())], body.into())
    }
}

/// A running stub; its thread ends with the process.
pub struct Stub {
    /// Its origin, with a slash.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Everything that it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no thread panicked").clone()
    }
}

/// A stub that answers so.
pub fn stub(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Stub {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
    let url = listen(move |stream| {
        let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
        thread::spawn(move || {
            // A client that goes away is no matter of ours.
            let _ = talk(stream, &seen, &*answer);
        });
    });
    Stub { url, asked }
}

/// A listener that does this with every connection; gives its origin.
pub fn listen(mut connected: impl FnMut(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    thread::spawn(move || listener.incoming().flatten().for_each(&mut connected));
    format!("http://127.0.0.1:{port}/")
}

fn talk(stream: TcpStream, seen: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return write!(&stream, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    }
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let asked = Asked { line: line.trim().to_owned(), head };
    let length = asked.header("content-length").parse().unwrap_or(0);
    reader.take(length).read_to_end(&mut Vec::new())?;
    let Answer(status, headers, body) = answer(&asked);
    seen.lock().expect("no thread panicked").push(asked);
    let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let mut stream = stream;
    write!(stream, "HTTP/1.1 {status} Said\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}
