//! The bounds of everything that a server controls.

use std::ops::RangeInclusive;

use crate::types::Tolerances;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Makes the struct, its defaults and a setter for each field from one table.
macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr,)+) => {
        /// Limits on what a server can make this crate hold, do or wait for; all are on by
        /// default. An error names the limit as its field is named.
        ///
        /// ```
        /// use imap_proto_core::wire::Limits;
        ///
        /// let limits = Limits::default().max_response(64 * 1024 * 1024).max_depth(32);
        /// assert_eq!(limits.max_depth, 32);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Limits {
            $(
                #[doc = concat!("These limits with another `", stringify!($name), "`.")]
                #[must_use]
                pub fn $name(mut self, value: $type) -> Self {
                    self.$name = value;
                    self
                }
            )+
        }
    };
}

limits! {
    /// Octets of one response that is not streamed, its literals included. 16 MiB: a SEARCH of
    /// 10⁶ UIDs takes about 10 MB. More closes the connection.
    max_response: usize = 16 * MIB,
    /// Octets of one response before login. 64 KiB: greeting and capabilities are below 4 KiB.
    /// More closes the connection.
    max_line: usize = 64 * KIB,
    /// Octets above which a literal of a FETCH response is handed out in chunks. 64 KiB: one
    /// read's worth. 0 streams every literal that holds an octet.
    stream_threshold: usize = 64 * KIB,
    /// Octets of one literal that is streamed; none by default, since it takes constant memory.
    /// More closes the connection.
    max_literal: Option<u64> = None,
    /// Octets of a name, an atom or a response code. 64 KiB: real names are below 1 KiB. A
    /// response with a longer one is malformed.
    max_string: usize = 64 * KIB,
    /// Nesting of parentheses and MIME parts. 64: real mail stays below 20, other clients allow
    /// 8 to 1000. A response that is deeper is malformed.
    max_depth: usize = 64,
    /// Elements of all lists of a response together; an address counts once. 65 536: a parsed
    /// element is larger than its octets. Numbers of SEARCH, SORT and sets are bounded by the
    /// octets alone. A response with more is malformed.
    max_list_items: usize = 65_536,
    /// Literals of one response. 4096: a header each at most. More closes the connection.
    max_literals: usize = 4096,
    /// Capabilities of one response. 512: real servers have fewer than 80. A response with more
    /// is malformed.
    max_capabilities: usize = 512,
    /// Octets of commands not yet written, but for their literals, which are the caller's own
    /// memory. 1 MiB: back pressure on the caller. More is a submit error.
    max_outbound: usize = MIB,
    /// Commands in flight. 256: a round trip's worth; lower it for servers that break under deep
    /// pipelining. Further commands are held.
    max_in_flight: usize = 256,
    /// Octets that a call which collects a whole answer may hold. 256 MiB: meant for "give me
    /// all" calls only. More fails the command, and its data is drained.
    max_collected: usize = 256 * MIB,
    /// Events that wait for one subscriber. 256: a burst. More stops reading for a while, then
    /// leaves a marked gap.
    max_events: usize = 256,
    /// Octets that one step of the inflater may give. 64 KiB: a read's worth; inflating is
    /// pulled, so memory does not grow with the ratio.
    inflate_step: usize = 64 * KIB,
    /// Inflated octets for one compressed; none by default, since a mail of zeros is lawful at
    /// DEFLATE's top of 1032. More closes the connection.
    max_inflate_ratio: Option<u32> = None,
    /// Challenges of one SASL exchange. 32: mechanisms need at most 4. One more fails the login,
    /// another closes the connection.
    max_sasl_rounds: u32 = 32,
    /// Octets of one SASL challenge, in base64. 64 KiB: room for Kerberos tickets. More fails
    /// the login.
    max_sasl_size: usize = 64 * KIB,
    /// SCRAM iteration counts that are accepted. 4096 is the floor of RFC 5802; 600 000 is what
    /// is recommended for PBKDF2 today, and takes below a second. Others fail the login.
    scram_iterations: RangeInclusive<u32> = 4096..=600_000,
    /// Breaks of the grammar that are read as they were meant. All: each is told and counted, and
    /// `docs/tolerances.md` says why it cannot be abused. A response with another is malformed.
    tolerances: Tolerances = Tolerances::ALL,
}
