//! From the engine's events to those who wait for them.

use std::time::Instant;

use super::events::Subscriber;
use super::exchange::Exchange;
use super::flow::Flow;
use super::route::{Route, Wakers};
use super::shared::Core;
use super::{Error, Notice};
use crate::engine::sasl::Mechanism;
use crate::engine::{
    CommandId, CompressionUpgrade, Connection, Ending, Event, SelectionId, Step, TlsUpgrade,
};
use crate::types::{BodyBegin, Completion, Data, Malformed, Secret};
use crate::wire::InputBuffer;

/// How many events are delivered before the lock is given up for others.
const EVENTS: usize = 32;

/// Whose queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Route(CommandId),
    Subscriber(u64),
}

/// Why delivering stopped.
pub(super) enum Halt {
    /// The engine wants octets.
    NeedInput,
    /// The engine waits for a layer.
    Paused,
    /// Someone takes too little.
    Full(Gate),
    /// The driver has to do something without the lock.
    Act(Action),
    /// There may be more.
    More,
}

/// What only the driver can do.
pub(super) enum Action {
    /// The opening goes on.
    Greeted,
    /// A command of the driver's own ended.
    Own(CommandId, Result<Ending, Error>),
    /// A challenge for a mechanism.
    Challenge(CommandId, Box<dyn Mechanism>, Secret),
    /// An exchange ended.
    Exchanged(Exchange, Box<Completion>),
    StartTls(TlsUpgrade),
    StartCompression(CompressionUpgrade),
}

impl Core {
    /// Delivers a few events.
    pub(super) fn deliver(
        &mut self,
        input: &mut InputBuffer,
        now: Instant,
        wakers: &mut Wakers,
    ) -> Result<Halt, Error> {
        for _ in 0..EVENTS {
            match self.connection.poll_event(input, now)? {
                Step::NeedInput => return Ok(Halt::NeedInput),
                Step::Paused(_) => return Ok(Halt::Paused),
                Step::Event(event) => match self.dispatch(event, wakers) {
                    Dispatched::Done => {}
                    Dispatched::Full(gate) => return Ok(Halt::Full(gate)),
                    Dispatched::Act(action) => return Ok(Halt::Act(action)),
                },
            }
        }
        Ok(Halt::More)
    }

    fn dispatch(&mut self, event: Event, wakers: &mut Wakers) -> Dispatched {
        match event {
            Event::Greeting { text, .. } => {
                self.greeting = Some(Box::new(self.keep(&text)));
                return Dispatched::Act(Action::Greeted);
            }
            Event::Data {
                data,
                claimed_by,
                selection,
            } => return self.data(data, claimed_by, selection, wakers),
            Event::BodyBegin {
                begin,
                claimed_by,
                selection,
            } => self.body_begin(*begin, claimed_by, selection, wakers),
            Event::BodyChunk { data, claimed_by } => {
                let wanted = self.hand(claimed_by, wakers, |route| route.body_chunk(data));
                discard_unless(&mut self.connection, wanted == Some(true));
                return self.full(claimed_by);
            }
            Event::BodyEnd { claimed_by } => {
                self.hand(claimed_by, wakers, Route::body_end);
            }
            Event::Completed { id, completion } => return self.completed(id, completion, wakers),
            Event::TimedOut { id, .. } => return self.ended(id, Ok(Ending::TimedOut), wakers),
            Event::NotSent { id } => return self.ended(id, Ok(Ending::NotSent), wakers),
            Event::Challenge { id, challenge } => return self.challenge(id, challenge),
            Event::UploadReady { id } => {
                if let Some(bag) = self.mailbag(id) {
                    bag.wake_now(wakers);
                }
            }
            Event::ContextUpdate {
                id,
                update,
                selection,
            } => {
                let notice = Notice::ContextUpdate {
                    id,
                    update,
                    selection,
                };
                self.subscribers.publish(notice, wakers);
            }
            Event::ContextEnded { id } => {
                self.subscribers.publish(Notice::ContextEnded(id), wakers);
            }
            Event::Progress { id, done, goal } => {
                let notice = Notice::Progress { id, done, goal };
                self.subscribers.publish(notice, wakers);
            }
            Event::TlsReady(token) => return Dispatched::Act(Action::StartTls(token)),
            Event::CompressionReady(token) => {
                return Dispatched::Act(Action::StartCompression(token));
            }
            Event::Bye(text) => self.subscribers.publish(Notice::Bye(text), wakers),
            Event::Idling(idling) => self.subscribers.publish(Notice::Idling(idling), wakers),
            Event::Malformed {
                malformed,
                claimed_by,
            } => self.malformed(malformed, claimed_by, wakers),
            Event::Tolerated(kind) => {
                self.subscribers.publish(Notice::Tolerated(kind), wakers);
            }
        }
        self.full(None)
    }

    fn data(
        &mut self,
        data: Data,
        claimed_by: Option<CommandId>,
        selection: SelectionId,
        wakers: &mut Wakers,
    ) -> Dispatched {
        let Some(id) = claimed_by else {
            let claimed = false;
            self.subscribers.publish(
                Notice::Data {
                    data,
                    selection,
                    claimed,
                },
                wakers,
            );
            return self.full(None);
        };
        self.subscribers.publish_claimed(&data, selection, wakers);
        // What a command gives back is of no use to anyone: it asked for it and has it elsewhere.
        self.hand(claimed_by, wakers, |route| route.data(data).is_ok());
        self.full(Some(id))
    }

    fn body_begin(
        &mut self,
        begin: BodyBegin,
        claimed_by: Option<CommandId>,
        selection: SelectionId,
        wakers: &mut Wakers,
    ) {
        self.subscribers.publish_begin(&begin, selection, wakers);
        let wanted = self.hand(claimed_by, wakers, |route| route.body_begin(begin));
        discard_unless(&mut self.connection, wanted == Some(true));
    }

    fn malformed(
        &mut self,
        malformed: Box<Malformed>,
        claimed_by: Option<CommandId>,
        wakers: &mut Wakers,
    ) {
        let copy = (*malformed).clone();
        self.hand(claimed_by, wakers, |route| route.malformed(copy));
        self.subscribers
            .publish(Notice::Malformed(malformed), wakers);
    }

    fn challenge(&mut self, id: CommandId, challenge: Secret) -> Dispatched {
        if let Some(mechanism) = self.exchanges.lend(id) {
            return Dispatched::Act(Action::Challenge(id, mechanism, challenge));
        }
        self.connection.authenticate_abort(id);
        Dispatched::Done
    }

    fn completed(
        &mut self,
        id: CommandId,
        completion: Box<Completion>,
        wakers: &mut Wakers,
    ) -> Dispatched {
        match self.exchanges.remove(id) {
            Some(exchange) => Dispatched::Act(Action::Exchanged(exchange, completion)),
            None => self.ended(id, Ok(Ending::Completed(completion)), wakers),
        }
    }

    /// Tells of the end of a command: the driver, if it is its own, or the holder of a handle.
    fn ended(
        &mut self,
        id: CommandId,
        ending: Result<Ending, Error>,
        wakers: &mut Wakers,
    ) -> Dispatched {
        if let Some(at) = self.own.iter().position(|own| *own == id) {
            self.own.swap_remove(at);
            return Dispatched::Act(Action::Own(id, ending));
        }
        self.end_route(id, ending, wakers);
        Dispatched::Done
    }

    /// Ends what waits for a command.
    pub(super) fn end_route(
        &mut self,
        id: CommandId,
        ending: Result<Ending, Error>,
        wakers: &mut Wakers,
    ) {
        if let Some(bag) = self.mailbag(id) {
            bag.end(ending);
            bag.wake(wakers);
        }
    }

    /// Hands something to the route of a command, if someone still wants it.
    fn hand<R>(
        &mut self,
        claimed_by: Option<CommandId>,
        wakers: &mut Wakers,
        give: impl FnOnce(&mut dyn Route) -> R,
    ) -> Option<R> {
        let route = self.routes.get_mut(&claimed_by?)?;
        if route.mailbag().is_over() {
            return None;
        }
        let result = give(route.as_mut());
        route.mailbag().wake(wakers);
        Some(result)
    }

    /// Whether what was just delivered filled a queue.
    fn full(&mut self, id: Option<CommandId>) -> Dispatched {
        if let Some(id) = id
            && self.is_full(Gate::Route(id))
        {
            return Dispatched::Full(Gate::Route(id));
        }
        match self.subscribers.full() {
            Some(key) => Dispatched::Full(Gate::Subscriber(key)),
            None => Dispatched::Done,
        }
    }

    /// Whether a queue is (still) full, with someone to empty it.
    pub(super) fn is_full(&mut self, gate: Gate) -> bool {
        match gate {
            Gate::Route(id) => {
                let bag = self.mailbag(id);
                bag.is_some_and(|bag| !bag.is_over() && bag.flow.is_full())
            }
            Gate::Subscriber(key) => {
                let subscriber = self.subscribers.get(key);
                subscriber.is_some_and(|subscriber| subscriber.flow().is_full())
            }
        }
    }

    /// Whether the reader of a full queue moved since it was last asked; if not, it is read past.
    pub(super) fn moved_or_grant(&mut self, gate: Gate) -> bool {
        let flow = match gate {
            Gate::Route(id) => self.mailbag(id).map(|bag| &mut bag.flow),
            Gate::Subscriber(key) => self.subscribers.get(key).map(Subscriber::flow),
        };
        flow.is_none_or(Flow::moved_or_grant)
    }

    /// Whether a full queue holds up commands of others.
    pub(super) fn holds_up(&mut self, gate: Gate) -> bool {
        match gate {
            Gate::Route(id) => self.others_wait(Some(id)),
            Gate::Subscriber(_) => self.others_wait(None),
        }
    }
}

/// What became of an event.
enum Dispatched {
    Done,
    Full(Gate),
    Act(Action),
}

fn discard_unless(connection: &mut Connection, wanted: bool) {
    if !wanted {
        connection.discard_literal();
    }
}
