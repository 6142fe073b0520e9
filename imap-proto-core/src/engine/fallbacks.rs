//! What may be done where a server lacks an extension.

/// Makes a switch of each field, all on.
macro_rules! fallbacks {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// What the operations of [`Portable`](crate::session::Portable) may do where the server
        /// lacks an extension. All fallbacks are on that risk no message; one that is off fails
        /// with [`Error::NotOffered`](crate::session::Error::NotOffered) instead.
        ///
        /// ```
        /// use imap_proto_core::engine::{Config, Fallbacks};
        ///
        /// let fallbacks = Fallbacks::default().replace(false);
        /// let config = Config::tls("imap.example.org").fallbacks(fallbacks);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Fallbacks {
            $($(#[$doc])+ pub $name: bool,)+
            /// EXPUNGE for UID EXPUNGE: other messages with `\Deleted` lose the flag meanwhile
            /// and get it back. Off: one that another client marks in between is expunged, too.
            pub bare_expunge: bool,
            /// Do so even where the server has the extension, for one whose extensions are
            /// broken. Off.
            pub avoid_extensions: bool,
        }

        impl Default for Fallbacks {
            fn default() -> Self {
                Self {
                    $($name: true,)+
                    bare_expunge: false,
                    avoid_extensions: false,
                }
            }
        }

        impl Fallbacks {
            /// None at all.
            pub fn none() -> Self {
                Self {
                    $($name: false,)+
                    bare_expunge: false,
                    avoid_extensions: false,
                }
            }

            $(
                #[doc = concat!("These with another `", stringify!($name), "`.")]
                #[must_use]
                pub fn $name(mut self, on: bool) -> Self {
                    self.$name = on;
                    self
                }
            )+

            /// These with another `bare_expunge`.
            #[must_use]
            pub fn bare_expunge(mut self, on: bool) -> Self {
                self.bare_expunge = on;
                self
            }

            /// These with another `avoid_extensions`.
            #[must_use]
            pub fn avoid_extensions(mut self, on: bool) -> Self {
                self.avoid_extensions = on;
                self
            }
        }
    };
}

fallbacks! {
    /// COPY, STORE and UID EXPUNGE for MOVE (RFC 6851 §3.3). Without UIDPLUS the messages stay
    /// with `\Deleted`.
    move_messages,
    /// SEARCH for ESEARCH (RFC 4731).
    esearch,
    /// Sets of UIDs for `$` (RFC 5182).
    search_result,
    /// The whole result for a part of it (RFC 9394).
    partial,
    /// LIST and a STATUS each for LIST-STATUS (RFC 5819).
    list_status,
    /// XLIST, or names that are in use, for SPECIAL-USE (RFC 6154).
    special_use,
    /// EXAMINE and CLOSE for UNSELECT (RFC 3691).
    unselect,
    /// CONDSTORE, or the comparison of everything, for QRESYNC (RFC 7162).
    resynchronize,
    /// An APPEND each for MULTIAPPEND (RFC 3502).
    multi_append,
    /// APPEND, STORE and UID EXPUNGE for REPLACE (RFC 8508). Without UIDPLUS the old message
    /// stays with `\Deleted`.
    replace,
    /// BODY and decoding for BINARY (RFC 3516).
    binary,
    /// IDLE, or NOOP now and then, for NOTIFY (RFC 5465): of the selected mailbox only.
    notify,
}
