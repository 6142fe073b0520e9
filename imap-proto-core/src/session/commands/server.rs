//! Commands to the server itself (RFC 9051 §6.1, §6.2).

use super::commands;
use crate::encode::{
    Capability, Check, Compress, Enable, Id, Login, Logout, Namespace, Noop, Notify, ProxyAuth,
    StartTls, Unauthenticate,
};
use crate::types::{ByteString, Secret};

commands! {
    /// CAPABILITY: what the server can do (RFC 9051 §6.1.1). Sessions know it already, see
    /// [`capabilities`](crate::session::Session::capabilities).
    capability() -> Capability = Capability;

    /// NOOP: nothing, but a chance for the server to tell its news (RFC 9051 §6.1.2).
    noop() -> Noop = Noop;

    /// CHECK: a checkpoint of the mailbox, as the server understands it (RFC 3501 §6.4.1).
    check() -> Check = Check;

    /// LOGOUT: the end (RFC 9051 §6.1.3). Dropping the last handle does the same.
    logout() -> Logout = Logout;

    /// LOGIN with a user name and a password (RFC 9051 §6.2.3), for sessions that were opened
    /// without credentials.
    login(user: impl Into<Secret>, password: impl Into<Secret>) -> Login = Login::new(user, password);

    /// PROXYAUTH: goes on as another user, on servers that have it (no RFC).
    proxy_auth(user: impl Into<ByteString>) -> ProxyAuth = ProxyAuth::new(user);

    /// STARTTLS (RFC 9051 §6.2.1), for sessions that were opened without TLS but with TLS
    /// settings. [`Config::starttls`](crate::engine::Config::starttls) does it before anything
    /// else can be said, and is what to use.
    start_tls() -> StartTls = StartTls;

    /// COMPRESS DEFLATE (RFC 4978), for sessions that were opened without.
    compress() -> Compress = Compress;

    /// UNAUTHENTICATE: back to the state before login (RFC 8437).
    unauthenticate() -> Unauthenticate = Unauthenticate;

    /// ENABLE: extensions that change what the server sends (RFC 5161, RFC 9051 §6.3.1).
    enable(capabilities: impl IntoIterator<Item = impl Into<String>>) -> Enable = Enable::new(capabilities);

    /// NOTIFY: which events the server tells of by itself (RFC 5465). They come to
    /// [subscribers](crate::session::Session::notices).
    notify(command: Notify) -> Notify = command;

    /// ID: tells who we are, and asks who the server is (RFC 2971).
    id(id: Id) -> Id = id;

    /// NAMESPACE: where the mailboxes of this user and of others are (RFC 2342).
    namespace() -> Namespace = Namespace;
}
