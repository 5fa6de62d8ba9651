//! What goes wrong on the way between the suite and the server: connections that are closed, gateways without a server
//! behind them, limits of a rate. What may be chance is tried again before anything is said of the server.

use std::time::Duration;

use super::{busy, silence};
use crate::record::Exchange;
use crate::taxii::Outgoing;
use crate::taxii::failure::{is_hang_up, is_refusal};

/// How long to wait before a request is sent again that a gateway did not hand on, and that was sent so often.
pub fn pause(attempt: u32) -> Duration {
    Duration::from_millis(100) * 2_u32.pow(attempt.clamp(1, 5) - 1)
}

/// Whether a gateway says that it has no answer of the server behind it (RFC 9110, sections 15.6.3 to 15.6.5).
pub fn is_of_gateway(exchange: &Exchange) -> bool {
    matches!(exchange.status(), 502..=504)
}

/// Whether there was no time for a request, without a word on when there will be: that is how many front ends limit a rate.
pub fn is_unavailable(exchange: &Exchange) -> bool {
    exchange.status() == 503 && busy::asked(exchange).is_none()
}

/// Whether the request could not be sent, since nothing listens.
pub fn nothing_listens(exchange: &Exchange) -> bool {
    exchange.failure.as_deref().is_some_and(is_refusal)
}

/// Whether the server closed the connection instead of answering.
fn hung_up(exchange: &Exchange) -> bool {
    exchange.failure.as_deref().is_some_and(is_hang_up)
}

/// How often a read is sent again: a walk over a hundred pages meets one that is lost twice.
const READS: u32 = 2;

/// Whether a request that was sent again so often is to be sent once more, on a connection of its own: a read that got no
/// answer, or that of a gateway, and, once, whatever met a connection that was closed. What hangs is not tried again: that
/// takes too long.
pub fn goes_again(outgoing: &Outgoing, exchange: &Exchange, resent: u32) -> bool {
    let lost = exchange.response.is_none() || matches!(exchange.status(), 502 | 504);
    let reads = outgoing.method == "GET" && lost && !silence::in_vain(exchange);
    busy::asked(exchange).is_none() && (reads && resent < READS || hung_up(exchange) && resent == 0)
}

/// Why a request that was sent twice may have been carried out twice, if so: what its second answer says is then no breach.
pub fn may_have_come(outgoing: &Outgoing, first: &Exchange) -> Option<String> {
    let failure = first.failure.as_deref()?;
    let reads = matches!(outgoing.method.as_str(), "GET" | "HEAD" | "OPTIONS");
    (!reads && !is_refusal(failure)).then(|| failure.to_owned())
}
