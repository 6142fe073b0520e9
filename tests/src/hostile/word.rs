//! What an application can want in a file: `noop`, `capability`, `check`, `expunge`, `logout`, `namespace`, `id`, `list`,
//! `lsub`, `select NAME`, `examine NAME`, `status NAME`, `getquotaroot NAME`, `append NAME OCTETS`, `login USER PASSWORD`,
//! `enable NAME`, `[uid] search`, `[uid] sort`, `[uid] thread`, `[uid] fetch SET ITEM…`, `[uid] copy SET NAME`,
//! `[uid] move SET NAME`, `[uid] store SET FLAG`, `raw NAME`. An `ITEM` is `flags`, `uid`, `envelope`, `structure`, `size`,
//! `body`, or a name as the protocol has it. A `SET` is `n` or `n:m`.

use imap_proto_core::encode::{
    Append, AppendMessage, Capability, Check, Command, Copy, Custom, Enable, Examine, Expunge,
    Fetch, FetchItems, FetchSection, GetQuotaRoot, Id, List, Login, Logout, Lsub, Move, Namespace,
    Noop, Request, Search, SearchKey, Select, Sort, SortCriteria, Status, StatusItems, Store,
    StoreAction, Thread, ThreadAlgorithm, UidCopy, UidFetch, UidMove, UidSearch, UidSort, UidStore,
    UidThread,
};
use imap_proto_core::types::{Flag, Section, SequenceNumber, Uid};

/// One thing that the application does.
#[derive(Debug, Clone)]
pub struct Word {
    /// What.
    words: Vec<String>,
    /// Whether the next thing waits for its end.
    pub waits: bool,
    /// How it ends.
    pub ending: String,
    /// With how many items.
    pub items: Option<usize>,
}

/// Takes the command of a word, whatever its type.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Takes it.
    fn command<C: Command>(self, command: C) -> Self::Output;
}

impl Word {
    /// Reads `[& ]words => ENDING [N]`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (words, expected) = text
            .split_once(" => ")
            .ok_or_else(|| format!("no ending: {text}"))?;
        let started = words.strip_prefix("& ");
        let (ending, items) = match expected.rsplit_once(' ') {
            Some((ending, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => {
                (ending, Some(count.parse().map_err(|_| "a large number")?))
            }
            _ => (expected, None),
        };
        let word = Self {
            words: started
                .unwrap_or(words)
                .split(' ')
                .map(str::to_owned)
                .collect(),
            waits: started.is_none(),
            ending: ending.to_owned(),
            items,
        };
        word.visit(Known).map(|()| word)
    }

    /// Gives its command to a visitor.
    ///
    /// # Errors
    /// When there is no such word.
    pub fn visit<V: Visitor>(&self, visitor: V) -> Result<V::Output, String> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        Ok(match words.as_slice() {
            ["noop"] => visitor.command(Noop),
            ["capability"] => visitor.command(Capability),
            ["check"] => visitor.command(Check),
            ["expunge"] => visitor.command(Expunge),
            ["logout"] => visitor.command(Logout),
            ["namespace"] => visitor.command(Namespace),
            ["id"] => visitor.command(Id::new()),
            ["list"] => visitor.command(List::new("", "*")),
            ["lsub"] => visitor.command(Lsub::new("", "*")),
            ["select", name] => visitor.command(Select::new(*name)),
            ["examine", name] => visitor.command(Examine::new(*name)),
            ["status", name] => visitor.command(Status::new(*name, StatusItems::new().messages())),
            ["getquotaroot", name] => visitor.command(GetQuotaRoot::new(*name)),
            ["append", name, octets] => {
                let octets = octets.parse().map_err(|_| "not a number")?;
                visitor.command(Append::new(*name, AppendMessage::new(vec![b'x'; octets])))
            }
            ["login", user, password] => visitor.command(Login::new(*user, *password)),
            ["enable", name] => visitor.command(Enable::new([*name])),
            ["raw", name] => {
                let request = Request::new(name).map_err(|error| error.to_string())?;
                visitor.command(Custom::new(request))
            }
            ["uid", rest @ ..] => return uid(rest, visitor),
            rest => return messages(rest, visitor),
        })
    }
}

fn messages<V: Visitor>(words: &[&str], visitor: V) -> Result<V::Output, String> {
    Ok(match words {
        ["search"] => visitor.command(Search::<SequenceNumber>::new(SearchKey::all())),
        ["sort"] => visitor.command(Sort::<SequenceNumber>::new(
            SortCriteria::new().arrival(),
            SearchKey::all(),
        )),
        ["thread"] => visitor.command(Thread::<SequenceNumber>::new(
            ThreadAlgorithm::References,
            SearchKey::all(),
        )),
        ["fetch", set, names @ ..] => {
            let (first, last) = range(set)?;
            visitor.command(Fetch::new(
                SequenceNumber(first)..=SequenceNumber(last),
                items(names),
            ))
        }
        ["copy", set, name] => {
            let (first, last) = range(set)?;
            visitor.command(Copy::new(
                SequenceNumber(first)..=SequenceNumber(last),
                *name,
            ))
        }
        ["move", set, name] => {
            let (first, last) = range(set)?;
            visitor.command(Move::new(
                SequenceNumber(first)..=SequenceNumber(last),
                *name,
            ))
        }
        ["store", set, flag] => {
            let (first, last) = range(set)?;
            let action = StoreAction::add([Flag::from(*flag)]);
            visitor.command(Store::new(
                SequenceNumber(first)..=SequenceNumber(last),
                action,
            ))
        }
        _ => return Err(format!("an unknown word: {words:?}")),
    })
}

fn uid<V: Visitor>(words: &[&str], visitor: V) -> Result<V::Output, String> {
    Ok(match words {
        ["search"] => visitor.command(UidSearch::new(SearchKey::all())),
        ["sort"] => visitor.command(UidSort::new(
            SortCriteria::new().arrival(),
            SearchKey::all(),
        )),
        ["thread"] => visitor.command(UidThread::new(
            ThreadAlgorithm::References,
            SearchKey::all(),
        )),
        ["fetch", set, names @ ..] => {
            let (first, last) = range(set)?;
            visitor.command(UidFetch::new(Uid(first)..=Uid(last), items(names)))
        }
        ["copy", set, name] => {
            let (first, last) = range(set)?;
            visitor.command(UidCopy::new(Uid(first)..=Uid(last), *name))
        }
        ["move", set, name] => {
            let (first, last) = range(set)?;
            visitor.command(UidMove::new(Uid(first)..=Uid(last), *name))
        }
        ["store", set, flag] => {
            let (first, last) = range(set)?;
            let action = StoreAction::add([Flag::from(*flag)]);
            visitor.command(UidStore::new(Uid(first)..=Uid(last), action))
        }
        _ => return Err(format!("an unknown word: uid {words:?}")),
    })
}

fn range(text: &str) -> Result<(u32, u32), String> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let number = |text: &str| text.parse().map_err(|_| format!("not a number: {text}"));
    Ok((number(first)?, number(last)?))
}

fn items(names: &[&str]) -> FetchItems {
    names
        .iter()
        .fold(FetchItems::new(), |items, name| match *name {
            "flags" => items.flags(),
            "uid" => items.uid(),
            "envelope" => items.envelope(),
            "structure" => items.body_structure(),
            "size" => items.size(),
            "body" => items.section(FetchSection::new(Section::Full)),
            other => items.item(other),
        })
}

/// Tells that there is such a command.
struct Known;

impl Visitor for Known {
    type Output = ();

    fn command<C: Command>(self, _command: C) {}
}
