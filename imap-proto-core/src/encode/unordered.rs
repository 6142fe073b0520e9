//! A command that goes out at once.

use super::{Command, MissingAnswer, Pipelining, Request, SubmitError};
use crate::types::{Completion, Data};

/// A command that does not wait for others that read or change flags, nor they for it.
///
/// FETCH of flags and STORE wait for each other, since the server may work on both at once and
/// tell flags of before or after (RFC 9051 §5.5). Where either will do, as in a FETCH of messages
/// that no STORE in flight is about, this saves the wait.
///
/// ```
/// use imap_proto_core::encode::{Command, FetchItems, UidFetch, Unordered};
/// use imap_proto_core::types::Uid;
/// let fetch = UidFetch::new(Uid(1)..=Uid(9), FetchItems::new().flags());
/// assert!(Unordered(fetch).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unordered<C>(pub C);

impl<C: Command> Command for Unordered<C> {
    type Item = C::Item;
    type Partial = C::Partial;
    type Output = C::Output;

    fn request(self) -> Result<Request, SubmitError> {
        let mut request = self.0.request()?;
        request.pipelining = request
            .pipelining
            .without(Pipelining::READS_FLAGS)
            .without(Pipelining::WRITES_FLAGS);
        Ok(request)
    }

    fn item(data: Data) -> Result<C::Item, Data> {
        C::item(data)
    }

    fn add(partial: &mut C::Partial, item: C::Item) {
        C::add(partial, item);
    }

    fn finish(partial: C::Partial, completion: &Completion) -> Result<C::Output, MissingAnswer> {
        C::finish(partial, completion)
    }

    fn weight(item: &C::Item) -> usize {
        C::weight(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{FetchItems, StoreAction, UidFetch, UidStore};
    use crate::types::{Flag, ModSeq, Uid};

    #[test]
    fn it_waits_for_no_flags_but_for_all_else() {
        let class = |command: Result<Request, _>| command.expect("valid").pipelining;
        let fetch = || UidFetch::new(Uid(1), FetchItems::new().flags());
        let store = || UidStore::new(Uid(2), StoreAction::add([Flag::Seen]));
        let free = class(Unordered(fetch()).request());
        assert!(class(fetch().request()).conflicts_with(class(store().request())));
        assert!(!free.conflicts_with(class(store().request())));
        assert!(!class(store().request()).conflicts_with(free));
        assert!(free.conflicts_with(Pipelining::SELECT));
        let conditional = store().unchanged_since(ModSeq(1));
        let conditional = class(Unordered(conditional).request());
        assert!(conditional.conflicts_with(conditional));
    }
}
