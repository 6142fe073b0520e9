//! The adapter for blocking threads, as a [`Client`].

use std::time::Duration;

use bytes::Bytes;
use imap_proto_core::encode::{Command, CommandId};
use imap_proto_core::engine::Outcome;
use imap_proto_core::session;
use imap_transport_std::{Body, BodySize, Error, Events, IdleEnd, Notice, Session, Std};

use super::client::{Client, Started};

impl Client for Session {
    type Flavor = Std;
    type Body = Body;
    type Events = Events;

    fn session(&self) -> &session::Session<Std> {
        self
    }

    fn id<C: Command>(reply: &Started<Self, C>) -> Option<CommandId> {
        reply.id()
    }

    async fn finish<C: Command>(reply: Started<Self, C>) -> Result<C::Output, Error> {
        reply.wait()
    }

    async fn end<T: Send + 'static, E: Send + 'static>(
        operation: imap_transport_std::Operation<T, E>,
    ) -> Result<T, E> {
        operation.wait()
    }

    async fn outcome<C: Command>(reply: Started<Self, C>) -> Result<Outcome<C>, Error> {
        reply.outcome()
    }

    async fn pieces<C: Command>(
        reply: Started<Self, C>,
        mut visit: impl FnMut(C::Item),
    ) -> Result<(), Error> {
        for item in reply {
            visit(item?);
        }
        Ok(())
    }

    async fn size(body: &mut Body) -> Option<BodySize> {
        body.size()
    }

    async fn read(body: &mut Body, room: usize) -> std::io::Result<Vec<u8>> {
        let mut octets = vec![0; room];
        let read = std::io::Read::read(body, &mut octets)?;
        octets.truncate(read);
        Ok(octets)
    }

    async fn chunk(body: &mut Body) -> Option<Result<Bytes, Error>> {
        body.next()
    }

    async fn upload<C: Command>(&self, command: C, octets: &[u8]) -> Result<C::Output, Error> {
        self.upload_from(command, octets)
    }

    fn events(&self) -> Events {
        Self::events(self)
    }

    async fn notice(events: &mut Events, patience: Duration) -> Option<Notice> {
        events.next_timeout(patience).flatten()
    }

    async fn idle(
        &self,
        patience: Duration,
        wanted: impl FnMut(&Notice) -> bool,
    ) -> Result<IdleEnd, Error> {
        self.idle_until(patience, wanted)
    }
}
