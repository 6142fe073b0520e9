//! FETCH responses and what they hold.

use super::text::{Text, next};

/// An item of a FETCH response, by chance.
type Item = fn(&mut Text<'_>);

const ITEMS: [Item; 26] = [
    |text| _ = text.put("UID ").number(),
    |text| {
        text.put("FLAGS ").list(0, 4, |text| _ = text.flag());
    },
    |text| _ = text.put("MODSEQ (").large().put(")"),
    |text| _ = text.put("RFC822.SIZE ").large(),
    |text| _ = text.put("INTERNALDATE ").date(),
    |text| envelope(text.put("ENVELOPE ")),
    |text| structure(text.put("BODY "), 2, false),
    |text| structure(text.put("BODYSTRUCTURE "), 2, true),
    section,
    section,
    |text| _ = text.put("RFC822 ").nstring(),
    |text| _ = text.put("RFC822.HEADER ").nstring(),
    |text| _ = text.put("RFC822.TEXT ").nstring(),
    |text| _ = text.put("BINARY[").part().put("] ").octets(),
    |text| {
        _ = text
            .put("BINARY[")
            .part()
            .put("]<")
            .number()
            .put("> ")
            .octets();
    },
    |text| _ = text.put("BINARY.SIZE[").part().put("] ").number(),
    |text| _ = text.put("EMAILID (").atom().put(")"),
    |text| _ = text.put("THREADID (").atom().put(")"),
    |text| _ = text.put("THREADID NIL"),
    |text| _ = text.put("SAVEDATE ").date(),
    |text| _ = text.put("SAVEDATE NIL"),
    |text| _ = text.put("PREVIEW ").nstring(),
    annotation,
    gmail,
    |text| _ = text.put("SNIPPET (FUZZY ").quoted().put(")"),
    |text| _ = text.put("X-").atom().space().token(2),
];

/// `* 5 FETCH (…)`, and `* 5 UIDFETCH (…)`.
pub(super) fn fetch(text: &mut Text<'_>) {
    text.number().word(&[" FETCH ", " FETCH ", " UIDFETCH "]);
    text.list(1, 4, |text| {
        let item = next(&ITEMS, &mut text.turns.items);
        item(text);
    });
}

fn section(text: &mut Text<'_>) {
    text.put("BODY[");
    match text.choices.below(7) {
        0 => _ = text.put("HEADER"),
        1 => _ = text.put("TEXT"),
        2 => _ = text.part(),
        3 => _ = text.part().put(".MIME"),
        4 => _ = text.part().put(".HEADER"),
        5 => {
            text.word(&["HEADER.FIELDS ", "HEADER.FIELDS.NOT ", "1.2.HEADER.FIELDS "]);
            text.list(1, 3, |text| _ = text.astring());
        }
        _ => {}
    }
    text.put("]");
    if text.choices.flag() {
        text.put("<").number().put(">");
    }
    text.space().nstring();
}

fn annotation(text: &mut Text<'_>) {
    text.put("ANNOTATION ");
    text.list(1, 2, |text| {
        text.word(&["/comment ", "/altsubject ", "\"/x y\" "]);
        text.list(1, 2, |text| {
            text.word(&["value.priv ", "value.shared ", "size.priv "])
                .nstring();
        });
    });
}

fn gmail(text: &mut Text<'_>) {
    match text.choices.below(3) {
        0 => _ = text.put("X-GM-MSGID ").large(),
        1 => _ = text.put("X-GM-THRID ").large(),
        _ => text.put("X-GM-LABELS ").list(0, 3, |text| {
            if text.choices.flag() {
                text.word(&["\\Inbox", "\\Sent", "\\Important"]);
            } else {
                text.mailbox();
            }
        }),
    }
}

fn addresses(text: &mut Text<'_>) {
    if text.choices.below(3) == 0 {
        text.put("NIL");
        return;
    }
    text.put("(");
    for _ in 0..=text.choices.below(2) {
        text.put("(").nstring().put(" NIL ");
        text.nstring().space().nstring().put(")");
    }
    text.put(")");
}

fn envelope(text: &mut Text<'_>) {
    text.put("(").nstring().space().nstring();
    for _ in 0..6 {
        addresses(text.space());
    }
    text.space().nstring().space().nstring().put(")");
}

/// Names and values, or NIL.
fn parameters(text: &mut Text<'_>) {
    if text.choices.flag() {
        text.put("NIL");
        return;
    }
    text.list(1, 2, |text| {
        text.word(&["\"CHARSET\" ", "\"NAME\" "]).string();
    });
}

/// The structure of a message, with extension data or without.
pub(super) fn structure(text: &mut Text<'_>, depth: u8, extended: bool) {
    text.put("(");
    match text.choices.below(if depth == 0 { 2 } else { 4 }) {
        0 => {
            text.put("\"TEXT\" ").word(&["\"PLAIN\" ", "\"HTML\" "]);
            fields(text);
            text.space().number();
            single_extension(text, extended);
        }
        1 => {
            text.word(&["\"IMAGE\" \"PNG\" ", "\"APPLICATION\" \"PDF\" "]);
            fields(text);
            single_extension(text, extended);
        }
        2 => {
            text.put("\"MESSAGE\" \"RFC822\" ");
            fields(text);
            envelope(text.space());
            structure(text.space(), depth - 1, extended);
            text.space().number();
            single_extension(text, extended);
        }
        _ => {
            for _ in 0..=text.choices.below(2) {
                structure(text, depth - 1, extended);
            }
            text.word(&[" \"MIXED\"", " \"ALTERNATIVE\""]);
            if extended && text.choices.flag() {
                parameters(text.space());
                common_extension(text);
            }
        }
    }
    text.put(")");
}

/// Parameters, id, description, encoding, octets.
fn fields(text: &mut Text<'_>) {
    parameters(text);
    text.space().nstring().space().nstring();
    text.word(&[" \"7BIT\" ", " \"BASE64\" "]).number();
}

fn single_extension(text: &mut Text<'_>, extended: bool) {
    if extended && text.choices.flag() {
        text.space().nstring();
        common_extension(text);
    }
}

/// Disposition, language and location, as far as they come.
fn common_extension(text: &mut Text<'_>) {
    if text.choices.flag() {
        return;
    }
    if text.choices.flag() {
        text.put(" NIL");
    } else {
        text.word(&[" (\"inline\" ", " (\"attachment\" "]);
        parameters(text);
        text.put(")");
    }
    if text.choices.flag() {
        return;
    }
    match text.choices.below(3) {
        0 => _ = text.space().nstring(),
        1 => _ = text.put(" (\"en\" \"de\")"),
        _ => _ = text.put(" NIL"),
    }
    if text.choices.flag() {
        text.space().nstring();
    }
}
