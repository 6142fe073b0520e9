//! What servers get wrong and is taken all the same: the one list of it.
//!
//! Framing, tags, the walls of STARTTLS and login, and the limits are not here: nothing of them is
//! tolerated.

use std::fmt;

/// Makes the enum and what is known of each kind from one table.
macro_rules! tolerances {
    (
        grammar: { $($grammar:ident { $($grammar_facts:tt)+ })+ }
        state: { $($state:ident { $($state_facts:tt)+ })+ }
    ) => {
        tolerances! { @kinds
            $($grammar optional: true, { $($grammar_facts)+ })+
            $($state optional: false, { $($state_facts)+ })+
        }
    };
    (@kinds $($kind:ident optional: $optional:literal, {
        accepted: $accepted:literal,
        servers: $servers:literal,
        example: $example:literal,
        rule: $rule:literal,
        harmless: $harmless:literal,
    })+) => {
        /// A break of the rules that is read as its sender meant it. `docs/tolerances.md` has the
        /// table with an example of each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub enum Tolerance {
            $(
                #[doc = $accepted]
                #[doc = ""]
                #[doc = concat!("It breaks ", $rule, ".")]
                $kind,
            )+
        }

        impl Tolerance {
            /// All kinds, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// What is known of it.
            ///
            /// ```
            /// use imap_proto_core::types::Tolerance;
            ///
            /// assert_eq!(Tolerance::TaggedBye.about().servers, "an old UW");
            /// ```
            pub const fn about(self) -> &'static ToleranceFacts {
                match self {
                    $(Self::$kind => &ToleranceFacts {
                        name: stringify!($kind),
                        accepted: $accepted,
                        servers: $servers,
                        example: $example,
                        rule: $rule,
                        harmless: $harmless,
                        optional: $optional,
                    },)+
                }
            }
        }
    };
}

/// What is known of a [`Tolerance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToleranceFacts {
    /// Its name, as that of the variant.
    pub name: &'static str,
    /// What is accepted, and as what.
    pub accepted: &'static str,
    /// Who sends it.
    pub servers: &'static str,
    /// A response with it, without its last CRLF.
    pub example: &'static [u8],
    /// The rule that it breaks.
    pub rule: &'static str,
    /// Why it is on unless said: what a server cannot do with it.
    pub harmless: &'static str,
    /// Whether it can be switched off, see [`Limits::tolerances`](crate::wire::Limits::tolerances):
    /// the response is malformed then. What is not a matter of grammar cannot.
    pub optional: bool,
}

tolerances! {
    grammar: {
        ExtraSpaces {
            accepted: "Spaces where the grammar has fewer, or none; they are passed over.",
            servers: "QQ, Office 365, SurgeMail, DavMail, Yahoo",
            example: b"* SEARCH 1 2 ",
            rule: "RFC 9051 §9, which has single spaces",
            harmless: "No value begins or ends elsewhere for it.",
        }
        MissingSpace {
            accepted: "No space between two values whose ends are clear.",
            servers: "GreenMail",
            example: b"* 1 FETCH (BODY[HEADER]{3}\r\na\r\n)",
            rule: "RFC 9051 §9, which has single spaces",
            harmless: "Brackets, quotes and parentheses end the values.",
        }
        MissingText {
            accepted: "Nothing, not even the space, behind a condition, a code or `+`; the text is empty.",
            servers: "iCloud, Gmail, Exchange",
            example: b"* OK [HIGHESTMODSEQ 7011231777]",
            rule: "RFC 9051 §9 `resp-text`",
            harmless: "The text is for people alone.",
        }
        CodeWithoutCondition {
            accepted: "A response code without its `* OK`, or without the `OK`; it is an untagged OK.",
            servers: "Office 365, Exchange 2013, home.pl",
            example: b"[COPYUID 55 31 6]",
            rule: "RFC 9051 §7.1",
            harmless: "An untagged OK ends no command, and the server could send one anyway.",
        }
        BracketedText {
            accepted: "Text in brackets that is no code; it is text.",
            servers: "Exchange, Office 365",
            example: b"* NO [Error=\"WrongServerException: a b\" Proxy=x] failed",
            rule: "RFC 9051 §9 `resp-text-code`",
            harmless: "The text is for people alone.",
        }
        CodeArguments {
            accepted: "A known code with other arguments than it has; it is kept as it came.",
            servers: "outlook.com",
            example: b"* OK [COPYUID 14  ] done",
            rule: "RFC 9051 §9 `resp-text-code`",
            harmless: "A code that is not understood changes nothing.",
        }
        MissingParentheses {
            accepted: "One value without the parentheses of its list.",
            servers: "an example of RFC 5182 §2.2",
            example: b"* NO [BADCHARSET KOI8-R] no",
            rule: "RFC 9051 §9 `resp-text-code`, RFC 7162 §7",
            harmless: "The value reads the same.",
        }
        EightBitAtom {
            accepted: "Octets above 127 in a name without quotes.",
            servers: "163, old Courier",
            example: b"* STATUS Entw\xfcrfe (MESSAGES 1)",
            rule: "RFC 9051 §9 `atom`",
            harmless: "Names are octets throughout.",
        }
        UnescapedQuote {
            accepted: "A quote inside a quoted string; the string ends where a value can end.",
            servers: "Gmail, Domino, 163",
            example: b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" (\"NAME\" \"a\"b\"c\") NIL NIL \"7BIT\" 1 1))",
            rule: "RFC 9051 §9 `quoted`",
            harmless: "The end of the response was found before, without looking at quotes.",
        }
        IllegalEscape {
            accepted: "A backslash that escapes nothing; it stands for itself.",
            servers: "Groupwise",
            example: b"* LIST () \"/\" \"a\\(b\"",
            rule: "RFC 9051 §9 `QUOTED-CHAR`",
            harmless: "No octet is lost, and none is taken for another.",
        }
        BareLineFeed {
            accepted: "An LF without its CR inside a quoted string.",
            servers: "servers that leak header fields of broken mail",
            example: b"* 1 FETCH (ENVELOPE (NIL \"a\nb\" NIL NIL NIL NIL NIL NIL NIL NIL))",
            rule: "RFC 9051 §9 `TEXT-CHAR`",
            harmless: "It ends no line, so nothing can be forged by it.",
        }
        NegativeNumber {
            accepted: "A negative size or count, which is 0, and a negative mod-sequence, which is none.",
            servers: "Zoho; MailKit 823",
            example: b"* 1 FETCH (MODSEQ (-1))",
            rule: "RFC 9051 §9 `number64`, RFC 7162 §7",
            harmless: "Sizes of parts bound nothing here.",
        }
        FloatNumber {
            accepted: "A size written as a float; it is rounded down.",
            servers: "mail.ru",
            example: b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1.86931e+06 1))",
            rule: "RFC 9051 §9 `number64`",
            harmless: "Sizes of parts bound nothing here.",
        }
        ZeroNumber {
            accepted: "0 as UID, UIDNEXT, UIDVALIDITY, first unseen message or mod-sequence.",
            servers: "Courier; MailKit 34, 150, 1010",
            example: b"* OK [UIDNEXT 0] next",
            rule: "RFC 9051 §9 `nz-number`",
            harmless: "The mailbox view passes zeros over.",
        }
        LargeNumber {
            accepted: "A UIDVALIDITY of more than 32 bits.",
            servers: "GreenMail",
            example: b"* OK [UIDVALIDITY 1528896777421] valid",
            rule: "RFC 9051 §9 `nz-number`",
            harmless: "It is only compared.",
        }
        SpacedCapability {
            accepted: "A space before the sign of `LITERAL+` or `LITERAL-`.",
            servers: "MailKit 1654",
            example: b"* CAPABILITY IMAP4rev1 LITERAL + IDLE",
            rule: "RFC 7888 §4",
            harmless: "The server could list the capability itself.",
        }
        CapabilityCharacters {
            accepted: "Octets in a capability that no atom has.",
            servers: "Dovecot Pigeonhole, whose IMAPSIEVE has a URL",
            example: b"* CAPABILITY IMAP4rev1 IMAPSIEVE=sieve://x/%7e(a)",
            rule: "RFC 9051 §9 `capability`",
            harmless: "Names are compared whole.",
        }
        UnquotedName {
            accepted: "A mailbox name with spaces, tabs or wildcards that is not quoted.",
            servers: "Exchange, Strato",
            example: b"* LIST (\\HasNoChildren) \"/\" INBOX/Da\tOggetto",
            rule: "RFC 9051 §9 `mailbox`",
            harmless: "Nothing but the name is left on the line.",
        }
        EmptyDelimiter {
            accepted: "An empty string for a hierarchy delimiter; it is none.",
            servers: "those that RFC 2683 §3.4.11 tells of",
            example: b"* LIST () \"\" INBOX",
            rule: "RFC 9051 §9 `mailbox-list`",
            harmless: "It is read as NIL.",
        }
        BareAttribute {
            accepted: "An attribute of LIST without its backslash.",
            servers: "none known",
            example: b"* LIST (HasNoChildren) \"/\" INBOX",
            rule: "RFC 9051 §9 `mbx-list-flags`",
            harmless: "It is kept as it came, and is no attribute that is known.",
        }
        UntaggedString {
            accepted: "A string where the name of an untagged response stands; it is passed on, without a type.",
            servers: "MailKit's collection",
            example: b"* {25}\r\nThis should be skipped by",
            rule: "RFC 9051 §9 `response-data`",
            harmless: "Nothing understands it.",
        }
        InvalidItem {
            accepted: "An item of FETCH or STATUS whose value breaks the grammar; it is kept raw, and its neighbours are read.",
            servers: "any, of broken mail",
            example: b"* 1 FETCH (UID 7 RFC822.SIZE x FLAGS ())",
            rule: "RFC 9051 §9 `msg-att`, `status-att-list`",
            harmless: "The item has a type of its own, and its end is clear.",
        }
        MissingValue {
            accepted: "An item, a parameter or a URL without its value; it is NIL.",
            servers: "Yandex, Cyrus",
            example: b"* 1 FETCH (BODY[2] )",
            rule: "RFC 9051 §9 `msg-att-static`, `body-fld-param`",
            harmless: "It is read as NIL.",
        }
        NestedItems {
            accepted: "Items of FETCH in parentheses of their own.",
            servers: "Domino",
            example: b"* 2 FETCH (UID 14935 (FLAGS (\\Seen)))",
            rule: "RFC 9051 §9 `msg-att`",
            harmless: "They are of the same message.",
        }
        ItemsBehindList {
            accepted: "Items of FETCH behind the parenthesis that ends them.",
            servers: "Xeams",
            example: b"* 1 FETCH (UID 7) FLAGS (\\Seen)",
            rule: "RFC 9051 §9 `msg-att`",
            harmless: "The line ends where it ends.",
        }
        EmptyFetch {
            accepted: "A FETCH without items.",
            servers: "QIP",
            example: b"* 6 FETCH ()",
            rule: "RFC 9051 §9 `msg-att`",
            harmless: "It says nothing.",
        }
        ShortLiteral {
            accepted: "A literal that is announced some octets short of the end of its line.",
            servers: "MailKit 954",
            example: b"* 1 FETCH (BODY[] {1}\r\na",
            rule: "RFC 9051 §4.3",
            harmless: "Only line ends and parentheses may follow; the announced length is never exceeded.",
        }
        OriginWithLength {
            accepted: "The length that was asked for, behind the origin of a part.",
            servers: "those that ImapFlow met",
            example: b"* 1 FETCH (BODY[]<0.1024> {1}\r\na)",
            rule: "RFC 9051 §9 `msg-att-static`",
            harmless: "The length is that of the literal.",
        }
        DraftForm {
            accepted: "What drafts and examples of RFCs have otherwise: `UIDFETCH n`, BODYSTRUCTURE in CONVERTED.",
            servers: "servers of the drafts of RFC 9586; an example of RFC 5259 §9",
            example: b"* UIDFETCH 7 (FLAGS (\\Seen))",
            rule: "RFC 9586 §3.3, RFC 5259 §10",
            harmless: "It is read as what it became.",
        }
        QuotedFlag {
            accepted: "A flag in quotes.",
            servers: "MailKit 771",
            example: b"* FLAGS (\"\\\\Deleted\" \\Answered)",
            rule: "RFC 9051 §9 `flag`",
            harmless: "The quotes are left out.",
        }
        FlagCharacters {
            accepted: "Octets in a flag that no atom has, and `\\*` among the flags of a message.",
            servers: "Gmail, GreenMail",
            example: b"* FLAGS (\\Seen OIB-[Mail]/All)",
            rule: "RFC 9051 §9 `flag`",
            harmless: "Spaces and parentheses end a flag.",
        }
        DateForm {
            accepted: "A date and time with other padding than the grammar has.",
            servers: "none known",
            example: b"* 1 FETCH (INTERNALDATE \"1-Feb-2024 12:30:00 +0100\")",
            rule: "RFC 9051 §9 `date-time`",
            harmless: "It has one meaning.",
        }
        ImpossibleDate {
            accepted: "A date that no calendar has; it is none.",
            servers: "Domino",
            example: b"* 1 FETCH (INTERNALDATE \"00-Jan-0000 00:00:00 +0000\")",
            rule: "RFC 9051 §9 `date-time`",
            harmless: "It is no date.",
        }
        EnvelopeFields {
            accepted: "An envelope with fewer or more fields; In-Reply-To counts as missing before Message-ID does.",
            servers: "MailKit 669, 932",
            example: b"* 1 FETCH (ENVELOPE (NIL \"s\" NIL NIL NIL NIL NIL NIL \"<m@x>\"))",
            rule: "RFC 9051 §9 `envelope`",
            harmless: "A sender of mail can write any of these fields.",
        }
        NilAddress {
            accepted: "NIL in a list of addresses; it is left out.",
            servers: "SmarterMail",
            example: b"* 1 FETCH (ENVELOPE (NIL NIL (NIL (NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL NIL NIL))",
            rule: "RFC 9051 §9 `env-from`",
            harmless: "It says nothing.",
        }
        AddressFields {
            accepted: "An address with fewer or more than four fields.",
            servers: "MailKit 1369",
            example: b"* 1 FETCH (ENVELOPE (NIL NIL ((NIL NIL \"a\")) NIL NIL NIL NIL NIL NIL NIL))",
            rule: "RFC 9051 §9 `address`",
            harmless: "A sender of mail can write any of these fields.",
        }
        AtomForString {
            accepted: "An atom or a number where a string stands.",
            servers: "Gmail, whose MD5 is a number",
            example: b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL NIL 7BIT 1 1))",
            rule: "RFC 9051 §9 `string`",
            harmless: "The octets are the same.",
        }
        NilForString {
            accepted: "NIL where a string, a number or a list stands; it is empty.",
            servers: "Office 365, mail.ru",
            example: b"* 1 FETCH (BODYSTRUCTURE (NIL NIL NIL NIL NIL \"7BIT\" 563 NIL NIL NIL NIL))",
            rule: "RFC 9051 §9 `body`",
            harmless: "It says nothing.",
        }
        EmptyListForNil {
            accepted: "`()` where NIL stands.",
            servers: "mail.ru; MailKit 944",
            example: b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" () NIL NIL \"7BIT\" 1 1))",
            rule: "RFC 9051 §9 `nstring`, `body-fld-param`",
            harmless: "It is read as NIL.",
        }
        ChildlessMultipart {
            accepted: "A `multipart` without parts.",
            servers: "Gmail, QQ, Yandex, Dovecot",
            example: b"* 1 FETCH (BODYSTRUCTURE (NIL \"alternative\" (\"boundary\" \"x\") NIL NIL NIL))",
            rule: "RFC 9051 §9 `body-type-mpart`",
            harmless: "It is a part without children.",
        }
        MissingSubtype {
            accepted: "A part with one word for its type.",
            servers: "MailKit 371",
            example: b"* 1 FETCH (BODY (\"APPLICATION\" NIL NIL NIL \"base64\" 356))",
            rule: "RFC 9051 §9 `body-type-1part`",
            harmless: "The subtype is empty.",
        }
        PartFields {
            accepted: "A part whose list ends before its size.",
            servers: "none known",
            example: b"* 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL))",
            rule: "RFC 9051 §9 `body-fields`",
            harmless: "What is missing is empty.",
        }
        BasicMessage {
            accepted: "A `message/rfc822` without envelope and structure.",
            servers: "Gmail",
            example: b"* 1 FETCH (BODY (\"MESSAGE\" \"RFC822\" NIL NIL NIL \"base64\" 1200))",
            rule: "RFC 9051 §9 `body-type-msg`",
            harmless: "It is a single part.",
        }
        LineCount {
            accepted: "A count of lines where there is none, or none where there is one.",
            servers: "lavabit, Bluemind",
            example: b"* 1 FETCH (BODY (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 8 3))",
            rule: "RFC 9051 §9 `body-type-basic`, `body-type-text`",
            harmless: "Counts of lines bound nothing here.",
        }
        DispositionForm {
            accepted: "A disposition that is a bare string or lacks its parameters, or a description in its place.",
            servers: "Exchange, Citadel",
            example: b"* 1 FETCH (BODYSTRUCTURE (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 8 NIL \"inline\" NIL NIL))",
            rule: "RFC 9051 §9 `body-fld-dsp`",
            harmless: "A sender of mail can write any disposition.",
        }
        SwappedDisposition {
            accepted: "Disposition and language in each other's place.",
            servers: "MailKit's collection",
            example: b"* 1 FETCH (BODYSTRUCTURE (\"IMAGE\" \"PNG\" NIL NIL NIL \"BASE64\" 8 NIL \"en\" (\"inline\" (\"filename\" \"a\")) NIL))",
            rule: "RFC 9051 §9 `body-ext-1part`",
            harmless: "A sender of mail can write any disposition.",
        }
        UrlItemsInOneList {
            accepted: "Several items of URLFETCH in one pair of parentheses.",
            servers: "Dovecot",
            example: b"* URLFETCH imap://a (BODY {1}\r\na BINARY {1}\r\na)",
            rule: "RFC 5524 §5",
            harmless: "They are of the same URL.",
        }
    }
    state: {
        ExpungeDuringSequenceCommand {
            accepted: "EXPUNGE while a command by sequence numbers is in flight; it is applied, and numbers in that command's answer may be off.",
            servers: "Exchange",
            example: b"* 1 EXPUNGE",
            rule: "RFC 9051 §7.5.1",
            harmless: "The view counts on in the server's order.",
        }
        NumberOutOfRange {
            accepted: "A message number of 0, or beyond EXISTS.",
            servers: "Courier, Exchange, GoDaddy, Cyrus",
            example: b"* 0 FETCH (UID 16334)",
            rule: "RFC 9051 §2.3.1.2",
            harmless: "It is never an index.",
        }
        ExistsShrank {
            accepted: "EXISTS of fewer messages without an EXPUNGE.",
            servers: "Exchange",
            example: b"* 1 EXISTS",
            rule: "RFC 9051 §7.4.1",
            harmless: "What was known of the numbers is forgotten.",
        }
        UidValidityChanged {
            accepted: "Another UIDVALIDITY in a selected mailbox.",
            servers: "none known",
            example: b"* OK [UIDVALIDITY 8] changed",
            rule: "RFC 9051 §2.3.1.1",
            harmless: "What was known of the UIDs is forgotten.",
        }
        TaggedBye {
            accepted: "BYE with a tag; it is an untagged one.",
            servers: "an old UW",
            example: b"A5 BYE IMAP4rev1 Server logging out",
            rule: "RFC 9051 §7.1.5",
            harmless: "The server may end the connection at any time.",
        }
        RepeatedBye {
            accepted: "BYE behind BYE: the first counts. Only the first that is too many is told of, all are counted.",
            servers: "Yandex",
            example: b"* BYE Autologout; idle for too long (2)",
            rule: "RFC 9051 §7.1.5",
            harmless: "The connection ends with the first.",
        }
        UnaskedEnabled {
            accepted: "ENABLED with a capability that no ENABLE in flight asks for; it changes nothing.",
            servers: "Cyrus, Kolab",
            example: b"* ENABLED CONDSTORE QRESYNC",
            rule: "RFC 5161 §3.2",
            harmless: "What was not asked for is not on.",
        }
    }
}

impl fmt::Display for Tolerance {
    /// The name of the variant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_as_their_variants() {
        for kind in Tolerance::ALL {
            assert_eq!(kind.to_string(), format!("{kind:?}"));
        }
    }
}
