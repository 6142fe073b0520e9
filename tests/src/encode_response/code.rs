//! Response codes (RFC 9051 §7.1).

use super::Encoder;
use imap_proto_core::types::{
    AnnotateCode, AnnotationSupport, ByteString, Code, InProgress, MetadataCode,
};

impl Encoder {
    /// What stands between the brackets.
    pub(super) fn code(&mut self, code: &Code) {
        self.raw(code.name());
        match code {
            Code::Other {
                arguments: Some(arguments),
                ..
            } => {
                self.raw(" ").raw(arguments.as_bytes());
            }
            Code::Capability(names) => {
                self.capabilities(names);
            }
            Code::BadCharset(names) if names.is_empty() => {}
            Code::BadCharset(names) | Code::BadEvent(names) => self.code_strings(names),
            Code::BadUrl(text) => {
                self.raw(" ").raw(text.as_bytes());
            }
            Code::Referral(urls) => {
                for url in urls {
                    self.raw(" ").raw(url.as_bytes());
                }
            }
            Code::UrlMechanisms(mechanisms) => {
                for mechanism in mechanisms {
                    self.raw(" ").raw(mechanism.name.as_bytes());
                    if let Some(data) = &mechanism.data {
                        self.raw("=").raw(data.as_bytes());
                    }
                }
            }
            Code::Annotations(support) => self.annotation_support(*support),
            Code::PermanentFlags(flags) => {
                self.raw(" ").flags(flags);
                self.in_code = true;
            }
            Code::MailboxId(id) => {
                self.raw(" (").string(id.as_bytes()).raw(")");
            }
            Code::NoUpdate(tag) => {
                self.raw(" ").string(tag.as_bytes());
            }
            Code::UndefinedFilter(name) => {
                self.raw(" ").raw(name.as_bytes());
            }
            Code::InProgress(progress) => self.in_progress(progress),
            other => self.code_of_numbers(other),
        }
    }

    fn code_of_numbers(&mut self, code: &Code) {
        match code {
            Code::AppendUid(code) => {
                self.shown(format_args!(" {} {}", code.uid_validity, code.uids));
            }
            Code::CopyUid(code) => {
                let (source, destination) = (&code.source, &code.destination);
                self.shown(format_args!(
                    " {} {source} {destination}",
                    code.uid_validity
                ));
            }
            Code::HighestModSeq(mod_seq) | Code::YahooHighestModSeq(mod_seq) => {
                self.raw(" ").shown(mod_seq);
            }
            Code::MaxConvertMessages(number) | Code::MaxConvertParts(number) => {
                self.raw(" ").shown(number);
            }
            Code::MessageLimit(limit) => {
                self.raw(" ").shown(limit.limit);
                if let Some(lowest) = limit.lowest {
                    self.raw(" ").shown(lowest);
                }
            }
            Code::Modified(set) => {
                self.raw(" ").shown(set);
            }
            Code::UidNext(uid) => {
                self.raw(" ").shown(uid);
            }
            Code::UidValidity(validity) => {
                self.raw(" ").shown(validity);
            }
            Code::Unseen(number) => {
                self.raw(" ").shown(number);
            }
            Code::Metadata(MetadataCode::LongEntries(octets)) => {
                self.raw(" LONGENTRIES ").shown(octets);
            }
            Code::Metadata(MetadataCode::MaxSize(octets)) => {
                self.raw(" MAXSIZE ").shown(octets);
            }
            Code::Metadata(MetadataCode::NoPrivate) => {
                self.raw(" NOPRIVATE");
            }
            Code::Metadata(MetadataCode::TooMany) | Code::Annotate(AnnotateCode::TooMany) => {
                self.raw(" TOOMANY");
            }
            Code::Annotate(AnnotateCode::TooBig) => {
                self.raw(" TOOBIG");
            }
            _ => {} // one without arguments
        }
    }

    fn annotation_support(&mut self, support: AnnotationSupport) {
        let private = match support {
            AnnotationSupport::None => {
                self.raw(" NONE");
                return;
            }
            AnnotationSupport::ReadOnly { private } => {
                self.raw(" READ-ONLY");
                private
            }
            AnnotationSupport::ReadWrite { max_size, private } => {
                self.raw(" ").shown(max_size);
                private
            }
        };
        if !private {
            self.raw(" NOPRIVATE");
        }
    }

    fn code_strings(&mut self, strings: &[ByteString]) {
        self.raw(" ").list(strings, |to, string| {
            to.string(string.as_bytes());
        });
    }

    fn in_progress(&mut self, progress: &InProgress) {
        self.raw(" (");
        self.nstring(progress.tag.as_ref().map(ByteString::as_bytes));
        for number in [progress.done, progress.goal] {
            match number {
                Some(number) => self.raw(" ").shown(number),
                None => self.raw(" NIL"),
            };
        }
        self.raw(")");
    }
}
