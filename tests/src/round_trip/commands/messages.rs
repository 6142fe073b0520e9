//! Commands in a selected mailbox.

use super::arguments::{Arguments, Words};
use super::{Case, case};
use imap_proto_core::encode::{
    CancelUpdate, Check, Close, Convert, ConvertItems, Copy, Esearch, Expunge, Fetch,
    MailboxFilter, Move, Numbering, Partial, Replace, Search, Sort, Store, StoreAction, Thread,
    ThreadAlgorithm, UidBatches, UidExpunge, UidFetch, UidFetchChanges, Unordered, Unselect,
};
use imap_proto_core::types::{MailboxName, Section, SectionPart, SequenceNumber, Uid};

/// `UID `, for the commands that have such a form.
fn named<N: Numbering>(name: &str) -> Words {
    let uid = std::any::type_name::<N>() == std::any::type_name::<Uid>();
    Words::of(if uid { "UID" } else { "" }).words(name)
}

fn is_uid<N: Numbering>() -> bool {
    std::any::type_name::<N>() == std::any::type_name::<Uid>()
}

pub(super) fn fetch<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (items, list)) = (of.messages::<N>(), of.items(is_uid::<N>()));
    let mut fetch = Fetch::new(messages, items);
    let mut words = named::<N>("FETCH").words(&set).all(list);
    if of.flag() {
        let mod_seq = of.mod_seq();
        fetch = fetch.changed_since(mod_seq);
        words = words.words(&format!("( CHANGEDSINCE {} )", mod_seq.0));
    }
    case(fetch, words)
}

pub(super) fn fetch_partial(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (items, list)) = (of.messages::<Uid>(), of.items(true));
    let fetch = Unordered(UidFetch::new(messages, items).partial(-1, -30));
    let words = Words::of("UID FETCH").words(&set).all(list);
    case(fetch, words.words("( PARTIAL -1:-30 )"))
}

pub(super) fn fetch_changes(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (items, list)) = (of.messages::<Uid>(), of.items(true));
    let mod_seq = of.mod_seq();
    let words = Words::of("UID FETCH").words(&set).all(list);
    let behind = format!("( CHANGEDSINCE {} VANISHED )", mod_seq.0);
    case(
        UidFetchChanges::new(messages, items, mod_seq),
        words.words(&behind),
    )
}

pub(super) fn partial(of: &mut Arguments<'_>) -> Case {
    let (number, first, octets) = (of.number(), of.number(), of.number());
    let (part, text) = of.part();
    let (section, name) = match of.choices.below(3) {
        0 => (Section::Rfc822, "RFC822.PEEK".to_owned()),
        1 => (Section::Rfc822Text, "RFC822.TEXT.PEEK".to_owned()),
        _ => (Section::Part(part), format!("BODY.PEEK[{text}]")),
    };
    let words = Words::of(&format!("PARTIAL {number} {name} {first} {octets}"));
    let partial = Partial::new(SequenceNumber(number), section, first, octets);
    case(partial.peek(true), words)
}

pub(super) fn store<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), silent) = (of.messages::<N>(), of.flag());
    let (action, data) = action(of, silent);
    let mut store = Store::new(messages, action);
    let mut words = named::<N>("STORE").words(&set);
    if of.flag() {
        let mod_seq = of.mod_seq();
        store = store.unchanged_since(mod_seq);
        words = words.words(&format!("( UNCHANGEDSINCE {} )", mod_seq.0));
    }
    case(store, words.all(data))
}

fn action(of: &mut Arguments<'_>, silent: bool) -> (StoreAction, Words) {
    let dot = if silent { ".SILENT" } else { "" };
    let quiet = |action: StoreAction| if silent { action.silent() } else { action };
    let (flag, name) = of.any_flag();
    match of.choices.below(5) {
        0 => {
            let words = Words::of(&format!("+FLAGS{dot} ( {name} )"));
            (quiet(StoreAction::add([flag])), words)
        }
        1 => {
            let words = Words::of(&format!("-FLAGS{dot} ( {name} )"));
            (quiet(StoreAction::remove([flag])), words)
        }
        2 => {
            let words = Words::of(&format!("FLAGS{dot} ( {name} )"));
            (quiet(StoreAction::replace([flag])), words)
        }
        3 => {
            let (label, want) = of.mailbox();
            let words = Words::of(&format!("+X-GM-LABELS{dot} ( \\Inbox"));
            let labels = [MailboxName::from_wire("\\Inbox".into()), label];
            let action = quiet(StoreAction::add_gmail_labels(labels));
            (action, words.want(want).words(")"))
        }
        _ => {
            let (annotations, words) = of.annotations();
            (StoreAction::annotate(annotations), words)
        }
    }
}

pub(super) fn search<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let key = of.key(3);
    let mut search = Search::<N>::new(key.condition);
    let mut words = named::<N>("SEARCH");
    if of.flag() {
        let (options, list) = of.returning();
        (search, words) = (search.returning(options), words.all(list));
    }
    if key.utf8 && !of.utf8 {
        words = words.words("CHARSET UTF-8");
    }
    case(search, words.all(key.words))
}

pub(super) fn esearch(of: &mut Arguments<'_>) -> Case {
    let key = of.key(2);
    let mut search = Esearch::new(key.condition);
    let mut words = Words::of("ESEARCH");
    let (names, wanted) = of.mailboxes();
    let several = Arguments::one_or_list(wanted);
    let filter = match of.choices.below(4) {
        0 => None,
        1 => Some((MailboxFilter::mailboxes(names), "MAILBOXES")),
        2 => Some((MailboxFilter::subtree(names), "SUBTREE")),
        _ => Some((MailboxFilter::subtree_one(names), "SUBTREE-ONE")),
    };
    if let Some((filter, word)) = filter {
        search = search.within(filter).within(MailboxFilter::Personal);
        words = words.words("IN (").words(word).all(several);
        words = words.words("PERSONAL )");
    }
    if of.flag() {
        let (options, list) = of.returning();
        (search, words) = (search.returning(options), words.all(list));
    }
    if key.utf8 && !of.utf8 {
        words = words.words("CHARSET UTF-8");
    }
    case(search, words.all(key.words))
}

pub(super) fn sort<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let (key, (criteria, list)) = (of.key(2), of.criteria());
    let mut sort = Sort::<N>::new(criteria, key.condition);
    let mut words = named::<N>("SORT");
    if of.flag() {
        let (options, list) = of.returning();
        (sort, words) = (sort.returning(options), words.all(list));
    }
    case(sort, words.all(list).string("UTF-8").all(key.words))
}

pub(super) fn thread<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let (key, name) = (of.key(2), of.atom());
    let (algorithm, word) = match of.choices.below(4) {
        0 => (ThreadAlgorithm::OrderedSubject, "ORDEREDSUBJECT".to_owned()),
        1 => (ThreadAlgorithm::References, "REFERENCES".to_owned()),
        2 => (ThreadAlgorithm::Refs, "REFS".to_owned()),
        _ => (ThreadAlgorithm::Other(name.clone()), name),
    };
    let words = named::<N>("THREAD").words(&word).string("US-ASCII");
    let thread = Thread::<N>::new(algorithm, key.condition).charset("US-ASCII");
    case(thread, words.all(key.words))
}

pub(super) fn copy<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (name, want)) = (of.messages::<N>(), of.mailbox());
    let words = named::<N>("COPY").words(&set).want(want);
    case(Copy::new(messages, name), words)
}

pub(super) fn move_messages<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (name, want)) = (of.messages::<N>(), of.mailbox());
    let words = named::<N>("MOVE").words(&set).want(want);
    case(Move::new(messages, name), words)
}

pub(super) fn replace<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let (number, (name, want)) = (of.number(), of.mailbox());
    let (message, data) = of.message();
    let words = named::<N>("REPLACE").words(&number.to_string()).want(want);
    case(
        Replace::new(N::from(number), name, message),
        words.all(data),
    )
}

pub(super) fn convert<N: Numbering>(of: &mut Arguments<'_>) -> Case {
    let ((messages, set), (part, text)) = (of.messages::<N>(), of.part());
    let ((name, name_octets), (value, value_octets)) = (of.byte_string(), of.byte_string());
    let items = ConvertItems::new()
        .binary(part.clone())
        .binary_size(part.clone())
        .structure(part.clone())
        .available_conversions(part.clone())
        .mime(part.clone())
        .header(SectionPart::whole())
        .binary_partial(part, 3, 9);
    let mut convert = Convert::new(messages, items).parameter(name, value);
    let mut words = named::<N>("CONVERT").words(&set).words("(");
    if of.flag() {
        (convert, words) = (convert.to("text/plain"), words.text("text/plain"));
    } else {
        words = words.words("NIL");
    }
    let words = words.words("(").text(name_octets).text(value_octets);
    let list = format!(
        ") ) ( BINARY[{text}] BINARY.SIZE[{text}] BODYPARTSTRUCTURE[{text}] \
         AVAILABLECONVERSIONS[{text}] BODY[{text}.MIME] BODY[HEADER] BINARY[{text}]<3.9> )"
    );
    case(convert, words.words(&list))
}

pub(super) fn expunge(_: &mut Arguments<'_>) -> Case {
    case(Expunge, Words::of("EXPUNGE"))
}

pub(super) fn uid_expunge(of: &mut Arguments<'_>) -> Case {
    let (messages, set) = of.messages::<Uid>();
    let words = Words::of("UID EXPUNGE").words(&set);
    case(UidExpunge::new(messages), words)
}

pub(super) fn uid_batches(of: &mut Arguments<'_>) -> Case {
    let (size, first, last) = (of.number(), of.number(), of.number());
    if of.flag() {
        let words = Words::of(&format!("UIDBATCHES {size}"));
        return case(UidBatches::new(size), words);
    }
    let words = Words::of(&format!("UIDBATCHES {size} {first}:{last}"));
    case(UidBatches::new(size).range(first, last), words)
}

pub(super) fn check(_: &mut Arguments<'_>) -> Case {
    case(Check, Words::of("CHECK"))
}

pub(super) fn close(_: &mut Arguments<'_>) -> Case {
    case(Close, Words::of("CLOSE"))
}

pub(super) fn unselect(_: &mut Arguments<'_>) -> Case {
    case(Unselect, Words::of("UNSELECT"))
}

/// Of a command that went out before, whose tag is known.
pub(super) fn cancel_update(of: &mut Arguments<'_>) -> Case {
    let (id, tag) = of.before.clone().expect("a command before");
    let words = Words::of("CANCELUPDATE").text(tag);
    case(CancelUpdate::new([id]), words)
}
