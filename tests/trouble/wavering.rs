//! A server that answers one request in another way than the next.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::binary::{Ended, run};
use crate::stub::{Answer, stub};

/// A run of one case on a server whose discovery names a wrong default in those of its answers that `wrong` picks.
fn discovery(wrong: impl Fn(usize) -> bool + Send + Sync + 'static) -> Ended {
    let count = AtomicUsize::new(0);
    let server = stub(move |asked| match asked.path() {
        "/taxii2/" => {
            let default = if wrong(count.fetch_add(1, Ordering::SeqCst)) { "/elsewhere/" } else { "/api/" };
            Answer::taxii(200, &json!({ "title": "Stub", "default": default, "api_roots": ["/api/"] }))
        }
        "/api/" => Answer::taxii(
            200,
            &json!({ "title": "Root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9999 }),
        ),
        "/api/collections/" => Answer::taxii(200, &json!({})),
        _ => Answer::taxii(404, &json!({ "title": "Not found", "http_status": "404" })),
    });
    run(&server.url, &["--allow-http", "--only", "discovery/default"], &[])
}

fn trial(ended: &Ended) -> &Value {
    &ended.json.as_ref().expect("a report")["trials"][0]
}

/// One wrong answer in a run is no failure and no pass, whenever it comes; what the trial itself meets is called flaky.
#[test]
fn what_does_not_fail_again_is_flaky() {
    let mut flaky = 0;
    for bad in 0..8 {
        let ended = discovery(move |count| count == bad);
        let trial = trial(&ended);
        assert_ne!(trial["verdict"], "fail", "{bad}: {}", ended.out);
        assert_ne!(ended.code, Some(1), "{bad}: {}", ended.out);
        if trial["flaky"] == true {
            flaky += 1;
            assert_eq!(trial["verdict"], "inconclusive", "{bad}");
            let reason = trial["reason"].as_str().expect("a reason");
            assert!(reason.contains("did not on a repeat"), "{reason}");
            assert!(ended.out.contains("flaky"), "{}", ended.out);
        } else {
            assert_eq!(trial["verdict"], "pass", "{bad}: {}", ended.out);
        }
    }
    assert_eq!(flaky, 1, "the trial asks once, and again where that fails");
}

/// What fails each time is a failure.
#[test]
fn what_fails_again_fails() {
    let ended = discovery(|_| true);
    assert_eq!(trial(&ended)["verdict"], "fail", "{}", ended.out);
    assert_eq!(ended.code, Some(1));
}
