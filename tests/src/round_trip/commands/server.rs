//! Commands of rights, quotas, languages, URLs and the connection.

use super::arguments::{Arguments, Words};
use super::mailboxes::of_mailbox;
use super::{Case, case};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imap_proto_core::encode::{
    ApplePushService, Authenticate, Capability, Comparator, Compress, Conversions, Custom,
    DeleteAcl, Enable, GenUrlAuth, GetAcl, GetJmapAccess, GetQuota, GetQuotaRoot, Id, Language,
    ListRights, Login, Logout, MyRights, Netscape, Noop, ProxyAuth, Request, ResetKey, SetAcl,
    SetQuota, StartTls, Unauthenticate, UrlFetch, UrlFetchItems,
};
use imap_proto_core::types::Secret;

macro_rules! plain {
    ($($name:ident, $kind:ident, $wire:literal;)*) => {
        $(pub(super) fn $name(_: &mut Arguments<'_>) -> Case {
            case($kind, Words::of($wire))
        })*
    };
}

plain! {
    capability, Capability, "CAPABILITY";
    noop, Noop, "NOOP";
    logout, Logout, "LOGOUT";
    start_tls, StartTls, "STARTTLS";
    compress, Compress, "COMPRESS DEFLATE";
    unauthenticate, Unauthenticate, "UNAUTHENTICATE";
    netscape, Netscape, "NETSCAPE";
    get_jmap_access, GetJmapAccess, "GETJMAPACCESS";
}

pub(super) fn login(of: &mut Arguments<'_>) -> Case {
    let (user, password) = (of.octets(), of.octets());
    let words = Words::of("LOGIN").string(user.clone());
    let login = Login::new(Secret::new(user), Secret::new(password.clone()));
    case(login, words.string(password))
}

pub(super) fn authenticate(of: &mut Arguments<'_>) -> Case {
    let (name, octets) = (of.atom(), of.choices.bytes(24).to_vec());
    let words = Words::of("AUTHENTICATE").words(&name);
    if of.flag() {
        return case(Authenticate::new(name), words);
    }
    // An empty response is told from none by a sign of its own (RFC 4959).
    let response = match octets.as_slice() {
        [] => "=".to_owned(),
        octets => STANDARD.encode(octets),
    };
    let authenticate = Authenticate::new(name).initial_response(Secret::new(octets));
    case(authenticate, words.words(&response))
}

pub(super) fn proxy_auth(of: &mut Arguments<'_>) -> Case {
    let (user, octets) = of.byte_string();
    case(ProxyAuth::new(user), Words::of("PROXYAUTH").string(octets))
}

pub(super) fn enable(of: &mut Arguments<'_>) -> Case {
    let names = [of.atom(), of.atom()];
    let words = Words::of("ENABLE").words(&names.join(" "));
    case(Enable::new(names), words)
}

pub(super) fn id(of: &mut Arguments<'_>) -> Case {
    let ((name, octets), (value, text)) = (of.byte_string(), of.byte_string());
    if of.choices.below(5) == 0 {
        return case(Id::new(), Words::of("ID NIL"));
    }
    let id = Id::new().field(name, value).empty_field("os");
    let words = Words::of("ID (").text(octets).text(text);
    case(id, words.text("os").words("NIL )"))
}

pub(super) fn set_acl(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (who, octets)) = (of.mailbox(), of.byte_string());
    let rights = of.one_of(&["lrswipkxtea", "+lr", "-x", ""]);
    let words = Words::of("SETACL").want(want).string(octets);
    case(SetAcl::new(name, who, rights), words.string(rights))
}

pub(super) fn delete_acl(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (who, octets)) = (of.mailbox(), of.byte_string());
    let words = Words::of("DELETEACL").want(want).string(octets);
    case(DeleteAcl::new(name, who), words)
}

pub(super) fn list_rights(of: &mut Arguments<'_>) -> Case {
    let ((name, want), (who, octets)) = (of.mailbox(), of.byte_string());
    let words = Words::of("LISTRIGHTS").want(want).string(octets);
    case(ListRights::new(name, who), words)
}

pub(super) fn get_acl(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, GetAcl::new, "GETACL")
}

pub(super) fn my_rights(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, MyRights::new, "MYRIGHTS")
}

pub(super) fn get_quota_root(of: &mut Arguments<'_>) -> Case {
    of_mailbox(of, GetQuotaRoot::new, "GETQUOTAROOT")
}

pub(super) fn get_quota(of: &mut Arguments<'_>) -> Case {
    let (root, octets) = of.byte_string();
    case(GetQuota::new(root), Words::of("GETQUOTA").string(octets))
}

pub(super) fn set_quota(of: &mut Arguments<'_>) -> Case {
    let ((root, octets), limit) = (of.byte_string(), of.large());
    let words = Words::of("SETQUOTA").string(octets);
    let set = SetQuota::new(root).limit("STORAGE", limit).limit("X-Y", 0);
    case(set, words.words(&format!("( STORAGE {limit} X-Y 0 )")))
}

pub(super) fn language(of: &mut Arguments<'_>) -> Case {
    let ((first, octets), (second, more)) = (of.byte_string(), of.byte_string());
    let words = Words::of("LANGUAGE");
    match of.choices.below(3) {
        0 => case(Language::list(), words),
        1 => case(Language::server_default(), words.text("default")),
        _ => case(
            Language::new([first, second]),
            words.string(octets).string(more),
        ),
    }
}

pub(super) fn comparator(of: &mut Arguments<'_>) -> Case {
    let (order, octets) = of.byte_string();
    if of.choices.below(5) == 0 {
        return case(Comparator::active(), Words::of("COMPARATOR"));
    }
    let words = Words::of("COMPARATOR").string(octets);
    case(Comparator::new([order]), words)
}

pub(super) fn conversions(of: &mut Arguments<'_>) -> Case {
    let ((from, octets), (to, more)) = (of.byte_string(), of.byte_string());
    let words = Words::of("CONVERSIONS").text(octets).text(more);
    case(Conversions::new(from, to), words)
}

pub(super) fn gen_url_auth(of: &mut Arguments<'_>) -> Case {
    let ((first, octets), (second, more)) = (of.byte_string(), of.byte_string());
    let mechanism = of.atom();
    let words = Words::of("GENURLAUTH").text(octets).words("INTERNAL");
    let words = words.text(more).words(&mechanism);
    case(GenUrlAuth::new(first).url(second, mechanism), words)
}

pub(super) fn reset_key(of: &mut Arguments<'_>) -> Case {
    let ((name, want), mechanism) = (of.mailbox(), of.atom());
    let words = Words::of("RESETKEY");
    match of.choices.below(3) {
        0 => case(ResetKey::all(), words),
        1 => case(ResetKey::of(name), words.want(want)),
        _ => {
            let words = words.want(want).words(&mechanism);
            case(ResetKey::of(name).mechanism(mechanism), words)
        }
    }
}

pub(super) fn url_fetch(of: &mut Arguments<'_>) -> Case {
    let ((first, octets), (second, more)) = (of.byte_string(), of.byte_string());
    let kinds = [
        (UrlFetchItems::body(), "BODY"),
        (UrlFetchItems::binary(), "BINARY"),
        (UrlFetchItems::only_structure(), "BODYPARTSTRUCTURE"),
        (
            UrlFetchItems::binary().structure(),
            "BODYPARTSTRUCTURE BINARY",
        ),
    ];
    let (items, list) = of.one_of(&kinds);
    let words = Words::of("URLFETCH").text(octets).words("(").text(more);
    case(
        UrlFetch::new([first]).items(second, items),
        words.words(list).words(")"),
    )
}

pub(super) fn apple_push_service(of: &mut Arguments<'_>) -> Case {
    let ((name, octets), (value, more)) = (of.byte_string(), of.byte_string());
    let (names, wanted) = of.mailboxes();
    let push = ApplePushService::new().field(name, value).mailboxes(names);
    let words = Words::of("XAPPLEPUSHSERVICE").text(octets).text(more);
    let words = words.text("mailboxes").words("(").all(Words(wanted));
    case(push, words.words(")"))
}

/// A command of the caller's own.
pub(super) fn custom(of: &mut Arguments<'_>) -> Case {
    let (octets, (name, want)) = (of.octets(), of.mailbox());
    let request = Request::new("XFOO").map(|request| {
        let request = request.space().string(octets.clone());
        request.space().mailbox(name).space().number(5)
    });
    let words = Words::of("XFOO").text(octets).want(want).words("5");
    match request {
        Ok(request) => case(Custom::new(request), words),
        Err(error) => panic!("XFOO is a name: {error}"),
    }
}
