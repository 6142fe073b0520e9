//! ENVELOPE, BODY and BODYSTRUCTURE (RFC 3501 §7.4.2).

use super::address::{Address, addresses};
use super::header::value;
use super::mime::{Entity, Parts, parameters};
use super::token::{Token, Tokens};

/// Writes a string: quoted where that is possible, else as a literal.
pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() <= 1000 && bytes.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
        out.push(b'"');
        for byte in bytes {
            if b"\"\\".contains(byte) {
                out.push(b'\\');
            }
            out.push(*byte);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(format!("{{{}}}\r\n", bytes.len()).as_bytes());
        out.extend_from_slice(bytes);
    }
}

fn nstring(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => string(out, bytes),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// Writes the ENVELOPE of a header.
pub(super) fn envelope(out: &mut Vec<u8>, header: &[u8]) {
    let list = |name: &str| {
        value(header, name)
            .map(|value| addresses(&value))
            .unwrap_or_default()
    };
    let from = list("from");
    let or_from = |name: &str| {
        Some(list(name))
            .filter(|list| !list.is_empty())
            .unwrap_or_else(|| from.clone())
    };
    out.push(b'(');
    for name in ["date", "subject"] {
        nstring(out, value(header, name).as_deref());
        out.push(b' ');
    }
    for list in [
        from.clone(),
        or_from("sender"),
        or_from("reply-to"),
        list("to"),
        list("cc"),
        list("bcc"),
    ] {
        address_list(out, &list);
        out.push(b' ');
    }
    nstring(out, value(header, "in-reply-to").as_deref());
    out.push(b' ');
    nstring(out, value(header, "message-id").as_deref());
    out.push(b')');
}

fn address_list(out: &mut Vec<u8>, list: &[Address]) {
    if list.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for address in list {
        out.push(b'(');
        let fields = [
            &address.name,
            &address.route,
            &address.mailbox,
            &address.host,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            nstring(out, field.as_deref());
        }
        out.push(b')');
    }
    out.push(b')');
}

/// Writes BODYSTRUCTURE, or BODY without the extension data.
pub(super) fn body(out: &mut Vec<u8>, entity: &Entity, extended: bool) {
    out.push(b'(');
    match &entity.parts {
        Parts::Multipart(parts) if !parts.is_empty() => multipart(out, entity, parts, extended),
        // A multipart has one part at least (RFC 3501 §9, body-type-mpart); the one that is missing is empty text.
        Parts::Multipart(_) => {
            out.extend_from_slice(
                b"(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0",
            );
            if extended {
                out.extend_from_slice(b" NIL NIL NIL NIL");
            }
            out.extend_from_slice(b")");
            multipart(out, entity, &[], extended);
        }
        _ => single(out, entity, extended),
    }
    out.push(b')');
}

fn multipart(out: &mut Vec<u8>, entity: &Entity, parts: &[Entity], extended: bool) {
    for part in parts {
        body(out, part, extended);
    }
    out.push(b' ');
    string(out, &entity.media.subtype);
    if extended {
        out.push(b' ');
        parameter_list(out, &entity.media.parameters);
        extension(out, entity);
    }
}

fn single(out: &mut Vec<u8>, entity: &Entity, extended: bool) {
    let header = &entity.header;
    let media = &entity.media;
    // A multipart without a boundary cannot be shown as one.
    let kind: &[u8] = if media.is("multipart", None) {
        b"application"
    } else {
        &media.kind
    };
    string(out, kind);
    out.push(b' ');
    string(out, &media.subtype);
    out.push(b' ');
    let mut parameters = media.parameters.clone();
    if media.is("text", None) && media.parameter("charset").is_none() {
        parameters.push((b"charset".to_vec(), b"us-ascii".to_vec()));
    }
    parameter_list(out, &parameters);
    for name in ["content-id", "content-description"] {
        out.push(b' ');
        nstring(out, value(header, name).as_deref());
    }
    out.push(b' ');
    string(
        out,
        value(header, "content-transfer-encoding")
            .as_deref()
            .unwrap_or(b"7bit"),
    );
    let size = entity.body.end - entity.body.start;
    out.extend_from_slice(format!(" {size}").as_bytes());
    if let Parts::Message(message) = &entity.parts {
        out.push(b' ');
        envelope(out, &message.header);
        out.push(b' ');
        body(out, message, extended);
    }
    if media.is("text", None) || matches!(entity.parts, Parts::Message(_)) {
        out.extend_from_slice(format!(" {}", entity.lines).as_bytes());
    }
    if extended {
        out.push(b' ');
        nstring(out, value(header, "content-md5").as_deref());
        extension(out, entity);
    }
}

/// Disposition, language and location.
fn extension(out: &mut Vec<u8>, entity: &Entity) {
    let header = &entity.header;
    out.push(b' ');
    disposition(out, value(header, "content-disposition").as_deref());
    out.push(b' ');
    let languages = value(header, "content-language").map(|value| {
        let words = value
            .split(|byte| *byte == b',')
            .map(|word| word.trim_ascii().to_vec());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
    });
    match languages.as_deref() {
        None | Some([]) => out.extend_from_slice(b"NIL"),
        Some(languages) => {
            out.push(b'(');
            for (index, language) in languages.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                string(out, language);
            }
            out.push(b')');
        }
    }
    out.push(b' ');
    nstring(out, value(header, "content-location").as_deref());
}

fn disposition(out: &mut Vec<u8>, value: Option<&[u8]>) {
    let mut tokens = Tokens::mime(value.unwrap_or_default());
    let Some(Token::Word(kind)) = tokens.next() else {
        out.extend_from_slice(b"NIL");
        return;
    };
    out.push(b'(');
    string(out, &kind);
    out.push(b' ');
    parameter_list(out, &parameters(&mut tokens));
    out.push(b')');
}

fn parameter_list(out: &mut Vec<u8>, parameters: &[(Vec<u8>, Vec<u8>)]) {
    if parameters.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for (index, (name, value)) in parameters.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        string(out, name);
        out.push(b' ');
        string(out, value);
    }
    out.push(b')');
}
