//! IDLE (RFC 2177): changes by other connections are told as they happen.

use super::output::Failure;
use super::session::{Outcome, Session};
use super::store::Hub;
use super::syntax::Arguments;
use super::view::View;
use crate::channel::Sender;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

impl Session {
    pub(super) fn idle(&mut self, arguments: &mut Arguments<'_>) -> Outcome {
        arguments.end()?;
        self.output.line("+ idling");
        self.output.flush()?;
        let mut view = self.view.take();
        let stop = AtomicBool::new(false);
        let (hub, user, sender, modseqs) = (
            Arc::clone(&self.hub),
            self.user(),
            self.output.sender(),
            self.condstore,
        );
        let line = std::thread::scope(|scope| {
            if let Some(view) = &mut view {
                let (hub, stop) = (&hub, &stop);
                scope.spawn(move || tell(hub, &user, view, &sender, modseqs, stop));
            }
            let line = self.read_line();
            stop.store(true, Ordering::SeqCst);
            hub.notify(&mut hub.lock());
            line
        });
        self.view = view;
        match line? {
            Some(line) if line.eq_ignore_ascii_case(b"DONE") => Ok("no longer idle".to_owned()),
            _ => Err(Failure::bad("DONE expected")),
        }
    }
}

/// Sends what changes until told to stop, or the client is gone, or the mailbox.
fn tell(hub: &Hub, user: &str, view: &mut View, sender: &Sender, modseqs: bool, stop: &AtomicBool) {
    let mut store = hub.lock();
    while !stop.load(Ordering::SeqCst) {
        let Some(mailbox) = store.selected(user, view.uid_validity) else {
            return;
        };
        let updates = view.updates(mailbox, true, modseqs);
        if updates.is_empty() {
            store = hub.wait(store);
            continue;
        }
        // Nobody else waits while this client reads.
        drop(store);
        if sender.send(updates.as_bytes()).is_err() {
            return;
        }
        store = hub.lock();
    }
}
