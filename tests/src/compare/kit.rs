//! What the cases need of an adapter besides [`Client`].

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use imap_proto_core::encode::Command;
use imap_proto_core::session::Error;
use imap_transport_std::Config;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::interop::{Client, Started};

/// An adapter with callbacks: those of the blocking adapter, and a task that waits on tokio.
#[allow(async_fn_in_trait, reason = "the futures never leave their thread")]
pub trait Kit: Client + Send {
    /// Opens a session.
    async fn open(config: Config) -> Result<Self, Error>;

    /// Runs `callback` with the answer.
    fn then<C, F>(
        reply: Started<Self, C>,
        callback: impl FnOnce(Result<C::Output, Error>) -> F + Send + 'static,
    ) where
        C: Command,
        C::Output: 'static,
        F: Future<Output = ()> + 'static;

    /// Waits for what a callback tells; `None`: it will tell nothing.
    async fn told<T>(receiver: &mut UnboundedReceiver<T>) -> Option<T>;
}

impl Kit for imap_transport_std::Session {
    async fn open(config: Config) -> Result<Self, Error> {
        imap_transport_std::connect(config)
    }

    fn then<C, F>(
        reply: Started<Self, C>,
        callback: impl FnOnce(Result<C::Output, Error>) -> F + Send + 'static,
    ) where
        C: Command,
        C::Output: 'static,
        F: Future<Output = ()> + 'static,
    {
        reply.then(move |result| ready(callback(result)));
    }

    async fn told<T>(receiver: &mut UnboundedReceiver<T>) -> Option<T> {
        receiver.blocking_recv()
    }
}

impl Kit for imap_transport_tokio::Session {
    async fn open(config: Config) -> Result<Self, Error> {
        imap_transport_tokio::connect(config).await
    }

    fn then<C, F>(
        reply: Started<Self, C>,
        callback: impl FnOnce(Result<C::Output, Error>) -> F + Send + 'static,
    ) where
        C: Command,
        C::Output: 'static,
        F: Future<Output = ()> + 'static,
    {
        tokio::task::spawn_local(async move { callback(reply.await).await });
    }

    async fn told<T>(receiver: &mut UnboundedReceiver<T>) -> Option<T> {
        receiver.recv().await
    }
}

/// Runs a future of the blocking adapter, which is ready when it is first polled.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a future of the blocking adapter waits"),
    }
}
