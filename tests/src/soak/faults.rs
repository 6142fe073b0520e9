//! What goes wrong with each connection, by a seed.

use std::time::Duration;

use crate::proxy::{Direction, Plan};
use crate::stress::Random;

/// The plan of a connection: in each direction a manner, and mostly an end somewhere. Without TLS nothing but the
/// protocol tells a changed octet, so none is changed.
pub(super) fn plan(random: &mut Random, tls: bool) -> Plan {
    let mut plan = Plan {
        to_server: manner(random),
        to_client: manner(random),
    };
    let to_client = random.below(2) == 0;
    let direction = if to_client {
        &mut plan.to_client
    } else {
        &mut plan.to_server
    };
    let at = Some(place(random));
    match random.below(if tls { 5 } else { 4 }) {
        0 => direction.cut_after = at,
        1 => direction.reset_after = at,
        2 => direction.half_close_after = at,
        // A connection that comes to its end by itself.
        3 => {}
        _ => direction.corrupt_at = at,
    }
    plan
}

fn manner(random: &mut Random) -> Direction {
    let mut direction = Direction::default();
    let milliseconds =
        |random: &mut Random, most: u32| Duration::from_millis(u64::from(random.below(most) + 1));
    match random.below(8) {
        0 => direction.latency = milliseconds(random, 15),
        1 => direction.drip = Some((1, Duration::ZERO)),
        2 => direction.drip = Some((random.index(2000) + 50, Duration::from_millis(1))),
        3 => direction.pause_after = Some((place(random), milliseconds(random, 400))),
        _ => {}
    }
    direction
}

/// Few octets as likely as many: in the handshake, in the login, behind some commands.
fn place(random: &mut Random) -> u64 {
    let scale = 1 << (random.below(12) + 7);
    u64::from(random.below(scale))
}
