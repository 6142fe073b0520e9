//! What Gmail adds to FETCH (its capability X-GM-EXT-1).

use super::{FetchData, FetchResponse, MailboxName};

impl FetchResponse {
    /// `X-GM-MSGID`: the message's number in all of the account's mailboxes.
    pub fn gmail_message_id(&self) -> Option<u64> {
        self.items.iter().find_map(|item| match item {
            FetchData::GmailMessageId(id) => Some(*id),
            _ => None,
        })
    }

    /// `X-GM-THRID`: the number of its conversation.
    pub fn gmail_thread_id(&self) -> Option<u64> {
        self.items.iter().find_map(|item| match item {
            FetchData::GmailThreadId(id) => Some(*id),
            _ => None,
        })
    }

    /// `X-GM-LABELS`: its labels, named as mailboxes are; those of the system begin with a
    /// backslash, such as `\Inbox`. The label of the selected mailbox is left out.
    pub fn gmail_labels(&self) -> Option<&[MailboxName]> {
        self.items.iter().find_map(|item| match item {
            FetchData::GmailLabels(labels) => Some(labels.as_slice()),
            _ => None,
        })
    }
}
