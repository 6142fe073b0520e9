//! Commands of mailboxes.

use super::arguments::{Adder, Arguments, Words};
use super::{Case, case};
use imap_proto_core::encode::{
    Append, Command, Create, Delete, Examine, GetAnnotation, GetMetadata, List, ListDetails,
    ListOptions, ListStatus, Lsub, MailboxEvents, MailboxFilter, MetadataDepth, Namespace, Notify,
    QresyncParameters, Rename, Rlist, Rlsub, Select, SetAnnotation, SetMetadata, Status,
    StatusItems, Subscribe, Unsubscribe, Xlist,
};
use imap_proto_core::types::{MailboxName, SequenceNumber, Uid, UidValidity};

/// A command with a mailbox and nothing else.
pub(super) fn of_mailbox<C: Command>(
    of: &mut Arguments<'_>,
    make: fn(MailboxName) -> C,
    word: &str,
) -> Case {
    let (name, want) = of.mailbox();
    case(make(name), Words::of(word).want(want))
}

pub(super) fn delete(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, Delete::new, "DELETE")
}

pub(super) fn subscribe(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, Subscribe::new, "SUBSCRIBE")
}

pub(super) fn unsubscribe(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, Unsubscribe::new, "UNSUBSCRIBE")
}

pub(super) fn create(of: &mut Arguments<'_>) -> Case {
    let ((name, want), value) = (of.mailbox(), of.atom());
    let words = Words::of("CREATE").want(want);
    if of.flag() {
        return case(Create::new(name), words);
    }
    let create = Create::new(name)
        .special_use("\\Sent")
        .parameter(format!("X-P {value}"));
    case(
        create,
        words.words(&format!("( USE ( \\Sent ) X-P {value} )")),
    )
}

pub(super) fn rename(of: &mut Arguments<'_>) -> Case {
    let ((from, first), (to, second)) = (of.mailbox(), of.mailbox());
    let words = Words::of("RENAME").want(first).want(second);
    if of.flag() {
        return case(Rename::new(from, to), words);
    }
    case(
        Rename::new(from, to).parameter("X-P 1:5"),
        words.words("( X-P 1:5 )"),
    )
}

/// The parameters of SELECT and EXAMINE, and their words.
fn qresync(of: &mut Arguments<'_>) -> (QresyncParameters, Words) {
    let ((validity, mod_seq), (known, text)) = ((of.number(), of.mod_seq()), of.set::<Uid>());
    let parameters = QresyncParameters::new(UidValidity(validity.into()), mod_seq);
    let words = Words::of(&format!("QRESYNC ( {validity} {} {text}", mod_seq.0));
    let parameters = parameters.known(known);
    if of.flag() {
        return (parameters, words.words(")"));
    }
    let ((numbers, left), (uids, right)) = (of.set::<SequenceNumber>(), of.set::<Uid>());
    let words = words.words(&format!("( {left} {right} ) )"));
    (parameters.matches(numbers, uids), words)
}

macro_rules! selects {
    ($name:ident, $kind:ident, $wire:literal) => {
        pub(super) fn $name(of: &mut Arguments<'_>) -> Case {
            let (name, want) = of.mailbox();
            let words = Words::of($wire).want(want);
            match of.choices.below(3) {
                0 => case($kind::new(name), words),
                1 => {
                    let select = $kind::new(name).annotate().parameter("X-P (a b)");
                    let list = "( CONDSTORE ANNOTATE X-P ( a b ) )";
                    case(select.cond_store(), words.words(list))
                }
                _ => {
                    let (parameters, list) = qresync(of);
                    let words = words.words("(").all(list).words(")");
                    case($kind::new(name).qresync(parameters), words)
                }
            }
        }
    };
}

selects!(select, Select, "SELECT");
selects!(examine, Examine, "EXAMINE");

fn status_items(of: &mut Arguments<'_>) -> (StatusItems, Words) {
    let known: [Adder<StatusItems>; 12] = [
        (StatusItems::messages, "MESSAGES"),
        (StatusItems::recent, "RECENT"),
        (StatusItems::uid_next, "UIDNEXT"),
        (StatusItems::uid_validity, "UIDVALIDITY"),
        (StatusItems::unseen, "UNSEEN"),
        (StatusItems::deleted, "DELETED"),
        (StatusItems::size, "SIZE"),
        (StatusItems::highest_mod_seq, "HIGHESTMODSEQ"),
        (StatusItems::mailbox_id, "MAILBOXID"),
        (StatusItems::append_limit, "APPENDLIMIT"),
        (StatusItems::deleted_storage, "DELETED-STORAGE"),
        (StatusItems::yahoo_highest_mod_seq, "XYMHIGHESTMODSEQ"),
    ];
    let (mut items, mut words) = (StatusItems::new(), Words::of("("));
    for _ in 0..=of.choices.below(4) {
        let (add, word) = of.one_of(&known);
        (items, words) = (add(items), words.words(word));
    }
    let other = of.atom();
    let words = words.words(&other).words(")");
    (items.item(other), words)
}

pub(super) fn status(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (items, list)) = (of.mailbox(), status_items(of));
    case(
        Status::new(name, items),
        Words::of("STATUS").want(want).all(list),
    )
}

/// LIST with options: the command, its words up to the return options, and these.
fn list_of(of: &mut Arguments<'_>) -> (List, Words, Words) {
    let ((reference, first), (pattern, second)) = (of.mailbox(), of.mailbox());
    let list = List::new(reference, pattern);
    match of.choices.below(3) {
        0 => {
            let words = Words::of("LIST").want(first).want(second);
            (list, words, Words::default())
        }
        1 => {
            let (other, third) = of.mailbox();
            let words = Words::of("LIST").want(first).words("(").want(second);
            let words = words.want(third).words(")");
            (list.pattern(other), words, Words::default())
        }
        _ => {
            let options = ListOptions::new().subscribed().remote().recursive_match();
            let options = options.special_use().return_subscribed();
            let options = options.return_children().return_special_use();
            let words = Words::of("LIST ( SUBSCRIBED REMOTE RECURSIVEMATCH SPECIAL-USE )");
            let words = words.want(first).want(second);
            let returned = Words::of("SUBSCRIBED CHILDREN SPECIAL-USE");
            (list.options(options), words, returned)
        }
    }
}

/// Return options in parentheses, if there are any.
fn returns(words: Words, returned: Words) -> Words {
    if returned.0.is_empty() {
        return words;
    }
    words.words("RETURN (").all(returned).words(")")
}

pub(super) fn list(of: &mut Arguments<'_>) -> Case {
    let (list, words, returned) = list_of(of);
    case(list, returns(words, returned))
}

pub(super) fn list_status(of: &mut Arguments<'_>) -> Case {
    let ((list, words, returned), (items, wanted)) = (list_of(of), status_items(of));
    let returned = returned.words("STATUS").all(wanted);
    case(ListStatus::new(list, items), returns(words, returned))
}

pub(super) fn list_details(of: &mut Arguments<'_>) -> Case {
    let ((list, words, returned), (items, wanted)) = (list_of(of), status_items(of));
    let details = ListDetails::new(list).status(items).my_rights();
    let details = details.metadata(["/shared/comment", "/private/comment"]);
    let returned = returned.words("STATUS").all(wanted);
    let returned = returned.words("MYRIGHTS METADATA (");
    let returned = returned
        .string("/shared/comment")
        .string("/private/comment");
    case(details, returns(words, returned.words(")")))
}

macro_rules! lists {
    ($($name:ident, $kind:ident, $wire:literal;)*) => {
        $(pub(super) fn $name(of: &mut Arguments<'_>) -> Case {
            let ((reference, first), (pattern, second)) = (of.mailbox(), of.mailbox());
            let words = Words::of($wire).want(first).want(second);
            case($kind::new(reference, pattern), words)
        })*
    };
}

lists! {
    lsub, Lsub, "LSUB";
    rlist, Rlist, "RLIST";
    rlsub, Rlsub, "RLSUB";
    xlist, Xlist, "XLIST";
}

pub(super) fn namespace(_: &mut Arguments<'_>) -> Case {
    case(Namespace, Words::of("NAMESPACE"))
}

pub(super) fn append(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (message, data)) = (of.mailbox(), of.message());
    let (mut append, mut words) = (
        Append::new(name, message),
        Words::of("APPEND").want(want).all(data),
    );
    if of.flag() {
        let (message, data) = of.message();
        (append, words) = (append.message(message), words.all(data));
    }
    case(append, words)
}

pub(super) fn get_metadata(of: &mut Arguments<'_>) -> Case {
    let ((name, want), size) = (of.mailbox(), of.number());
    let depths = [
        (MetadataDepth::Zero, "0"),
        (MetadataDepth::One, "1"),
        (MetadataDepth::Infinity, "infinity"),
    ];
    let (depth, word) = of.one_of(&depths);
    if of.flag() {
        let get = GetMetadata::server(["/shared/comment"]);
        let words = Words::of("GETMETADATA").string("");
        return case(get, words.string("/shared/comment"));
    }
    let get = GetMetadata::new(name, ["/shared/comment", "/private/x y"]);
    let words = Words::of(&format!("GETMETADATA ( MAXSIZE {size} DEPTH {word} )"));
    let words = words.want(want).words("(").string("/shared/comment");
    case(
        get.max_size(size).depth(depth),
        words.string("/private/x y").words(")"),
    )
}

pub(super) fn set_metadata(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (value, octets)) = (of.mailbox(), of.byte_string());
    let set = SetMetadata::new(name)
        .set("/private/comment", value)
        .remove("/shared/comment");
    let words = Words::of("SETMETADATA").want(want).words("(");
    let words = words.string("/private/comment").text(octets);
    case(set, words.string("/shared/comment").words("NIL )"))
}

pub(super) fn get_annotation(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (entry, octets)) = (of.mailbox(), of.byte_string());
    let (attribute, attribute_octets) = of.byte_string();
    let get = GetAnnotation::new(name, [entry], [attribute, "value.shared".into()]);
    let words = Words::of("GETANNOTATION").want(want).text(octets);
    let words = words.words("(").text(attribute_octets);
    case(get, words.text("value.shared").words(")"))
}

pub(super) fn set_annotation(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (value, octets)) = (of.mailbox(), of.byte_string());
    let set = SetAnnotation::new(name)
        .set("/comment", "value.priv", value)
        .remove("/comment", "value.shared");
    let words = Words::of("SETANNOTATION").want(want).text("/comment");
    let words = words.words("(").text("value.priv").text(octets);
    case(set, words.text("value.shared").words("NIL )"))
}

pub(super) fn notify(of: &mut Arguments<'_>) -> Case {
    let (names, wanted) = of.mailboxes();
    if of.choices.below(4) == 0 {
        return case(Notify::none(), Words::of("NOTIFY NONE"));
    }
    let (items, list) = of.items(false);
    let mail = MailboxEvents::new().messages_with(items).flag_change();
    let others = MailboxEvents::new().messages().mailbox_name();
    let mut notify = Notify::set(MailboxFilter::SelectedDelayed, mail)
        .and(MailboxFilter::subtree(names), others.subscription_change())
        .and(MailboxFilter::Inboxes, MailboxEvents::new());
    let mut words = Words::of("NOTIFY SET");
    if of.flag() {
        (notify, words) = (notify.status(), words.words("STATUS"));
    }
    let words = words.words("( SELECTED-DELAYED ( MessageNew").all(list);
    let words = words.words("MessageExpunge FlagChange ) ) ( SUBTREE");
    let words = words.all(Arguments::one_or_list(wanted));
    let events = "( MessageNew MessageExpunge MailboxName SubscriptionChange ) )";
    case(notify, words.words(events).words("( INBOXES NONE )"))
}
