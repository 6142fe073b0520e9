//! Commands of rarer extensions.

use super::commands;
use crate::encode::{
    ApplePushService, Comparator, Conversions, Convert, ConvertItems, GenUrlAuth, GetJmapAccess,
    Language, Messages, Netscape, ResetKey, Rlist, Rlsub, UidConvert, UrlFetch, Xlist,
};
use crate::session::{Flavor, Session};
use crate::types::{ByteString, MailboxName, SequenceNumber, Uid};

commands! {
    /// GENURLAUTH of a URL that ends in `;URLAUTH=` and who may use it (RFC 4467 §7). For several,
    /// or another mechanism, run a [`GenUrlAuth`].
    gen_url_auth(url: impl Into<ByteString>) -> GenUrlAuth = GenUrlAuth::new(url);

    /// RESETKEY: makes authorized URLs invalid (RFC 4467 §7).
    reset_key(command: ResetKey) -> ResetKey = command;

    /// URLFETCH: what authorized URLs lead to (RFC 4467 §7). Decoded, or with its structure (RFC
    /// 5524), run a [`UrlFetch`].
    url_fetch(urls: impl IntoIterator<Item = impl Into<ByteString>>) -> UrlFetch = UrlFetch::new(urls);

    /// LANGUAGE: in which language the server writes (RFC 5255 §3.2).
    language(command: Language) -> Language = command;

    /// COMPARATOR: how SEARCH, SORT and THREAD compare text (RFC 5255 §4.7).
    comparator(command: Comparator) -> Comparator = command;

    /// CONVERT: body parts in a media type of the server's choice (RFC 5259 §6). To choose one,
    /// run a [`Convert`].
    convert(messages: impl Into<Messages<SequenceNumber>>, items: ConvertItems) -> Convert = Convert::new(messages, items);

    /// UID CONVERT (RFC 5259 §6).
    uid_convert(messages: impl Into<Messages<Uid>>, items: ConvertItems) -> UidConvert = UidConvert::new(messages, items);

    /// CONVERSIONS: which conversions the server can make (RFC 5259 §5.1).
    conversions(from: impl Into<ByteString>, to: impl Into<ByteString>) -> Conversions = Conversions::new(from, to);

    /// RLIST: LIST, with mailboxes on other servers too (RFC 2193 §5.1).
    rlist(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Rlist = Rlist::new(reference, pattern);

    /// RLSUB: LSUB, with mailboxes on other servers too (RFC 2193 §5.2).
    rlsub(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Rlsub = Rlsub::new(reference, pattern);

    /// XLIST: LIST with special uses, on servers without SPECIAL-USE (no RFC).
    xlist(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Xlist = Xlist::new(reference, pattern);

    /// GETJMAPACCESS: where the same mail is to be had by JMAP (RFC 9698 §3).
    get_jmap_access() -> GetJmapAccess = GetJmapAccess;

    /// XAPPLEPUSHSERVICE: registers a device of Apple's (no RFC).
    apple_push_service(command: ApplePushService) -> ApplePushService = command;

    /// NETSCAPE: where the account is managed, on Netscape's and Sun's servers (no RFC).
    netscape() -> Netscape = Netscape;
}

impl<F: Flavor> Session<F> {
    /// What an authorized URL leads to (RFC 4467 §7), in chunks as they come.
    pub fn url_fetch_body(&self, url: impl Into<ByteString>) -> F::Body {
        self.body(UrlFetch::new([url]))
    }
}
