//! SEARCH, and commands of rarer extensions, with hostile arguments.

use super::*;

pub(super) fn search_cases(a: &Arguments) -> Vec<Case> {
    let word = || a.word.as_str();
    let text = || SearchKey::text(a.first());
    let header = SearchKey::header(a.first(), a.second());
    let both = !header.clone() | text() & SearchKey::body(a.second());
    let size = || SortCriteria::new().size();
    let algorithm = ThreadAlgorithm::Other(a.word.clone());
    let search = UidSearch::new;
    vec![
        case("SEARCH", search(text()), &[First]),
        case("keys", search(both), &[First, Second, First, Second]),
        case(
            "ESEARCH",
            Esearch::new(text())
                .within(MailboxFilter::mailboxes([a.name(), a.wire()]))
                .within(MailboxFilter::subtree([a.name()])),
            &[Name, Wire, Name, First],
        ),
        case(
            "NOTIFY",
            Notify::set(
                MailboxFilter::mailboxes([a.wire()]),
                MailboxEvents::new().event(word()),
            ),
            &[Wire, Word],
        ),
        case("KEYWORD", search(SearchKey::keyword(word())), &[]),
        case("FILTER", search(SearchKey::filter(word())), &[Word]),
        case("key", search(SearchKey::other(word())), &[]),
        case(
            "CHARSET",
            search(header.clone()).charset(word()),
            &[Word, First, Second],
        ),
        case(
            "SORT",
            UidSort::new(size(), text()).charset(word()),
            &[Word, First],
        ),
        case(
            "THREAD",
            UidThread::new(algorithm, header.fuzzy()),
            &[Word, First, Second],
        ),
    ]
}

pub(super) fn rarer_cases(a: &Arguments) -> Vec<Case> {
    let word = || a.word.as_str();
    let part = ConvertItems::new().binary(SectionPart(vec![1]));
    let push = ApplePushService::new().field(a.first(), a.second());
    vec![
        case(
            "GENURLAUTH",
            GenUrlAuth::new(a.first()).url(a.second(), word()),
            &[First, Second, Word],
        ),
        case(
            "RESETKEY",
            ResetKey::of(a.wire()).mechanism(word()),
            &[Wire, Word],
        ),
        case(
            "URLFETCH",
            UrlFetch::new([a.first()]).items(a.second(), UrlFetchItems::binary()),
            &[First, Second],
        ),
        case(
            "LANGUAGE",
            Language::new([a.first(), a.second()]),
            &[First, Second],
        ),
        case(
            "COMPARATOR",
            Comparator::new([a.second(), a.first()]),
            &[Second, First],
        ),
        case(
            "CONVERT",
            UidConvert::new(Uid(7), part)
                .to(format!("text/{}", a.word))
                .parameter(a.first(), a.second()),
            &[First, Second],
        ),
        case(
            "CONVERSIONS",
            Conversions::new(a.first(), a.second()),
            &[First, Second],
        ),
        case("RLIST", Rlist::new(a.name(), a.wire()), &[Name, Wire]),
        case("RLSUB", Rlsub::new(a.wire(), a.name()), &[Wire, Name]),
        case("XLIST", Xlist::new(a.name(), a.wire()), &[Name, Wire]),
        case(
            "XAPPLEPUSHSERVICE",
            push.mailboxes([a.name(), a.wire()]),
            &[First, Second, Name, Wire],
        ),
    ]
}

pub(super) fn annotation_cases(a: &Arguments) -> Vec<Case> {
    let word = || a.word.as_str();
    let message = || AppendMessage::new(a.first.clone());
    let store = |action| UidStore::new(Uid(7), action);
    let comment = || Annotations::new().set("/comment", "value.priv", a.first());
    let fetch = FetchItems::new().annotation([word()], ["value"]);
    let sort = SortCriteria::new().annotation(word(), "value.priv");
    vec![
        case(
            "labels",
            store(StoreAction::add_gmail_labels([a.name(), a.wire()])),
            &[Name, Wire],
        ),
        case(
            "ANNOTATION",
            store(StoreAction::annotate(comment().set(
                word(),
                word(),
                a.second(),
            ))),
            &[First, Word, Word, Second],
        ),
        case("ANNOTATION of FETCH", UidFetch::new(Uid(7), fetch), &[Word]),
        case(
            "ANNOTATION of SEARCH",
            UidSearch::new(SearchKey::annotation(word(), "value", a.first())),
            &[Word, First],
        ),
        case(
            "ANNOTATION of SORT",
            UidSort::new(sort, SearchKey::text(a.second())),
            &[Word, Second],
        ),
        case(
            "ANNOTATION of APPEND",
            Append::new(a.wire(), message().annotations(comment())),
            &[Wire, First, First],
        ),
        case(
            "UTF8",
            Append::new(a.name(), message().utf8()),
            &[Name, First],
        ),
        case(
            "X-GM-LABELS",
            UidSearch::new(SearchKey::gmail_label(a.wire())),
            &[Wire],
        ),
        case(
            "parameter",
            Create::new(a.name()).parameter(word()),
            &[Name],
        ),
        case(
            "parameter",
            Rename::new(a.name(), a.wire()).parameter(word()),
            &[Name, Wire],
        ),
        case(
            "parameter",
            Select::new(a.wire()).annotate().parameter(word()),
            &[Wire],
        ),
    ]
}
