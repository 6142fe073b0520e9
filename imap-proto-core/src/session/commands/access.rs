//! Commands about rights, quotas and annotations.

use super::commands;
use crate::encode::{
    DeleteAcl, GetAcl, GetAnnotation, GetMetadata, GetQuota, GetQuotaRoot, ListRights, MyRights,
    SetAcl, SetAnnotation, SetMetadata, SetQuota,
};
use crate::types::{ByteString, MailboxName};

commands! {
    /// GETACL: who may do what with a mailbox (RFC 4314 §3.3).
    get_acl(mailbox: impl Into<MailboxName>) -> GetAcl = GetAcl::new(mailbox);

    /// SETACL: gives or takes rights (RFC 4314 §3.1).
    set_acl(command: SetAcl) -> SetAcl = command;

    /// DELETEACL: takes all rights of an identifier (RFC 4314 §3.2).
    delete_acl(mailbox: impl Into<MailboxName>, identifier: impl Into<ByteString>) -> DeleteAcl = DeleteAcl::new(mailbox, identifier);

    /// LISTRIGHTS: what may be given to an identifier (RFC 4314 §3.4).
    list_rights(mailbox: impl Into<MailboxName>, identifier: impl Into<ByteString>) -> ListRights = ListRights::new(mailbox, identifier);

    /// MYRIGHTS: our own rights (RFC 4314 §3.5).
    my_rights(mailbox: impl Into<MailboxName>) -> MyRights = MyRights::new(mailbox);

    /// GETQUOTA of a quota root (RFC 9208 §4.1.2).
    get_quota(root: impl Into<ByteString>) -> GetQuota = GetQuota::new(root);

    /// GETQUOTAROOT: the quota roots of a mailbox, and their quotas (RFC 9208 §4.1.3).
    get_quota_root(mailbox: impl Into<MailboxName>) -> GetQuotaRoot = GetQuotaRoot::new(mailbox);

    /// SETQUOTA (RFC 9208 §4.1.4).
    set_quota(command: SetQuota) -> SetQuota = command;

    /// GETMETADATA of a mailbox (RFC 5464 §4.2); of the server, run a [`GetMetadata`].
    get_metadata(mailbox: impl Into<MailboxName>, entries: impl IntoIterator<Item = impl Into<String>>) -> GetMetadata = GetMetadata::new(mailbox, entries);

    /// GETANNOTATION of one attribute of one entry, for servers that offer ANNOTATEMORE but not
    /// METADATA (draft-daboo-imap-annotatemore §4.2).
    get_annotation(mailbox: impl Into<MailboxName>, entry: impl Into<ByteString>, attribute: impl Into<ByteString>) -> GetAnnotation = GetAnnotation::new(mailbox, [entry], [attribute]);

    /// SETANNOTATION (draft-daboo-imap-annotatemore §4.3).
    set_annotation(command: SetAnnotation) -> SetAnnotation = command;

    /// SETMETADATA (RFC 5464 §4.3).
    set_metadata(command: SetMetadata) -> SetMetadata = command;
}
