//! The adapter for tokio, as a [`Client`].

use std::time::Duration;

use bytes::Bytes;
use imap_proto_core::encode::{Command, CommandId};
use imap_proto_core::engine::Outcome;
use imap_proto_core::session;
use imap_transport_tokio::{Body, BodySize, Error, Events, IdleEnd, Notice, Session, Tokio};
use tokio::io::AsyncReadExt as _;

use super::client::{Client, Started};

impl Client for Session {
    type Flavor = Tokio;
    type Body = Body;
    type Events = Events;

    fn session(&self) -> &session::Session<Tokio> {
        self
    }

    fn id<C: Command>(reply: &Started<Self, C>) -> Option<CommandId> {
        reply.id()
    }

    async fn finish<C: Command>(reply: Started<Self, C>) -> Result<C::Output, Error> {
        reply.await
    }

    async fn end<T: Send + 'static, E: Send + 'static>(
        operation: imap_transport_tokio::Operation<T, E>,
    ) -> Result<T, E> {
        operation.await
    }

    async fn outcome<C: Command>(reply: Started<Self, C>) -> Result<Outcome<C>, Error> {
        reply.outcome().await
    }

    async fn pieces<C: Command>(
        mut reply: Started<Self, C>,
        mut visit: impl FnMut(C::Item),
    ) -> Result<(), Error> {
        while let Some(item) = reply.next().await {
            visit(item?);
        }
        Ok(())
    }

    async fn size(body: &mut Body) -> Option<BodySize> {
        body.size().await
    }

    async fn read(body: &mut Body, room: usize) -> std::io::Result<Vec<u8>> {
        let mut octets = vec![0; room];
        let read = body.read(&mut octets).await?;
        octets.truncate(read);
        Ok(octets)
    }

    async fn chunk(body: &mut Body) -> Option<Result<Bytes, Error>> {
        body.chunk().await
    }

    async fn upload<C: Command>(&self, command: C, octets: &[u8]) -> Result<C::Output, Error> {
        self.upload_from(command, octets).await
    }

    fn events(&self) -> Events {
        Self::events(self)
    }

    async fn notice(events: &mut Events, patience: Duration) -> Option<Notice> {
        let waiting = tokio::time::timeout(patience, events.next());
        waiting.await.ok().flatten()
    }

    async fn idle(
        &self,
        patience: Duration,
        wanted: impl FnMut(&Notice) -> bool,
    ) -> Result<IdleEnd, Error> {
        self.idle_until(patience, wanted).await
    }
}
