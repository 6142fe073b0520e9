//! The cases, by what they try.

mod access;
mod annotations;
mod appending;
mod auth;
mod basics;
mod bodies;
mod composing;
mod contexts;
mod ending;
mod extensions;
mod fallbacks;
mod fetching;
mod flags;
mod idling;
pub(super) mod imaplib2;
mod listing;
mod mailboxes;
mod mistakes;
mod moving;
mod notifying;
mod objects;
mod offered;
mod paging;
mod pipelines;
mod searching;
mod selecting;
mod server;
mod sorting;
mod synchronizing;
mod uids;
mod unicode;
mod urls;
mod vendor;

use std::io;

use super::client::Client;
use super::runner::{Runner, Watchdog};

macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => {
        /// The names of all of them.
        pub const NAMES: &[&str] = &[$($(concat!(stringify!($module), "::", stringify!($name))),*),*];

        /// Runs all of them.
        pub(super) async fn all<L: Client>(
            runner: &mut Runner<'_, L>,
            watchdog: &Watchdog,
        ) -> io::Result<()> {
            $($(
                let name = concat!(stringify!($module), "::", stringify!($name));
                runner.case(watchdog, name, $module::$name::<L>).await?;
            )*)*
            Ok(())
        }
    };
}

cases! {
    basics: capability noop id namespace greeting_and_security compress enable;
    auth: plain login login_command cram_md5 scram_sha_1 scram_sha_256 scram_sha_512 scram_sha_1_plus
        scram_sha_256_plus scram_sha_512_plus oauthbearer xoauth2 external anonymous
        the_best_is_taken wrong_passwords own_mechanism on_a_session;
    access: starttls login_disabled refused_bindings bindings_are_checked refused_tokens older_tls referral unauthenticate;
    mailboxes: create_rename_delete hierarchy non_ascii_names list_patterns list_several_patterns
        list_status list_special_use list_extended subscriptions status_items status_size;
    appending: flags_and_date empty_message several_at_once streamed binary to_no_mailbox
        too_short_an_upload;
    selecting: select_view examine_is_read_only view_follows_changes unselect close check
        reselecting missing_mailbox;
    fetching: flags envelope body_structure sections header_fields partial binary date_and_size
        macros_of_rfc by_uid_set of_nothing seen_is_set;
    bodies: whole_and_checksum chunks_and_size slow_reader overrun dropped_half_way nil_or_missing
        many_at_once;
    flags: add_remove_replace silent keywords unchanged_since mod_seq_grows;
    moving: copy copy_uids move_uids move_by_number expunge uid_expunge to_no_mailbox;
    searching: every_key non_ascii_text by_number_and_uid esearch saved_result mod_seq within
        combinations;
    sorting: sort sort_returning thread thread_by_subject thread_by_references_alone;
    synchronizing: qresync_select qresync_matches vanished_since enable_then_vanished;
    fallbacks: moving expunging searching list_status special_use unselecting appending replacing
        binary resynchronizing watching;
    idling: news_arrive command_during_idle expunge_arrives;
    pipelines: two_hundred_fetches status_of_many mixed replies_in_any_order
        fetches_of_large_sections_among_small commands_behind_select dropped_replies;
    mistakes: no_is_typed bad_is_typed wrong_state line_breaks_in_arguments;
    contexts: live_search refused_and_cancelled hint_and_partial;
    paging: partial_search partial_fetch several_mailboxes fuzzy;
    notifying: other_mailboxes selected_mailbox names_of_mailboxes;
    composing: catenate bad_url replace append_limit;
    offered: imap4rev2 progress sort_display create_special_use literals_without_waiting
        small_literals_without_waiting unicode_case new_rights url_partial;
    listing: children child_info my_rights metadata;
    extensions: quota acl metadata custom_command;
    annotations: store_and_fetch appended search_and_sort;
    urls: authorized_and_fetched decoded key_is_reset;
    objects: object_ids preview snippet save_date status_deleted;
    unicode: utf8_accept;
    uids: only_uids_are_told vanished_for_expunge numbers_are_refused;
    server: jmap_access xlist remote_lists metadata_of_the_server metadata_options set_quota
        quota_resources;
    vendor: annotatemore sort_by_uid sort_by_mod_seq digest created_mod_seq conversations xmove scan
        preview_fuzzy x_quota;
    ending: logout what_waits_at_logout abort dropping_logs_out;
}
