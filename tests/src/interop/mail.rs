//! Messages that the cases append, of which every octet is known.

/// A message of one part: subject `Number N`, from `sender-N`, a day apart each, body of one
/// line.
pub(super) fn small(number: u32) -> String {
    let day = number % 28 + 1;
    format!(
        "Date: {day} Feb 2024 10:00:00 +0000\r\n\
         From: Sender {number} <sender-{number}@example.org>\r\n\
         To: Alice <alice@example.org>\r\n\
         Subject: Number {number}\r\n\
         Message-ID: <number-{number}@example.org>\r\n\
         \r\n\
         Body of message {number}.\r\n"
    )
}

/// The decoded text of the first part of [`structured`].
pub(super) const TEXT: &str = "Gr\u{fc}\u{df}e, \u{65e5}\u{672c}\u{8a9e}\r\n";

/// The octets of the attachment of [`structured`].
pub(super) const ATTACHMENT: &[u8] = b"\x00\x01\x02attached\xff\xfe";

/// The message within [`structured`].
pub(super) const INNER: &str = "From: inner@example.org\r\n\
    Subject: Inner\r\n\
    \r\n\
    Inner body.\r\n";

/// A message with text in UTF-8, an attachment in base64 and a message within.
pub(super) fn structured() -> String {
    use base64::Engine as _;
    let encode = |octets| base64::engine::general_purpose::STANDARD.encode(octets);
    let (text, attachment) = (encode(TEXT.as_bytes()), encode(ATTACHMENT));
    format!(
        "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\n\
         From: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= <gray@example.org>, Second <second@example.org>\r\n\
         Sender: sender@example.org\r\n\
         Reply-To: reply@example.org\r\n\
         To: \"A \\\"quoted\\\" name\" <to@example.org>\r\n\
         Cc: Friends: one@example.org, two@example.org;\r\n\
         Bcc: hidden@example.org\r\n\
         Subject: Structured\r\n\
         In-Reply-To: <earlier@example.org>\r\n\
         Message-ID: <structured@example.org>\r\n\
         X-Long: first\r\n second\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"limit\"\r\n\
         \r\n\
         Preamble.\r\n\
         --limit\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Language: de, ja\r\n\
         \r\n\
         {text}\r\n\
         --limit\r\n\
         Content-Type: application/octet-stream; name=\"data.bin\"\r\n\
         Content-Disposition: attachment; filename=\"data.bin\"\r\n\
         Content-ID: <data@example.org>\r\n\
         Content-Description: Some octets\r\n\
         Content-Transfer-Encoding: base64\r\n\
         \r\n\
         {attachment}\r\n\
         --limit\r\n\
         Content-Type: message/rfc822\r\n\
         \r\n\
         {INNER}\r\n\
         --limit--\r\n"
    )
}

/// A message of about so many octets, in lines that all differ.
pub(super) fn large(octets: usize) -> Vec<u8> {
    let mut message = small(1).into_bytes();
    let mut state: u32 = 12_345;
    let mut number = 0_u32;
    while message.len() < octets {
        // A linear congruence makes lines that DEFLATE cannot fold away.
        let words: Vec<String> = (0..7)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                format!("{state:08x}")
            })
            .collect();
        message.extend_from_slice(format!("{number:08} {}\r\n", words.join(" ")).as_bytes());
        number += 1;
    }
    message
}

/// The header of a message, the empty line included.
pub(super) fn header(message: &str) -> &str {
    let end = message.find("\r\n\r\n").map_or(message.len(), |at| at + 4);
    &message[..end]
}

/// What is behind the header.
pub(super) fn text(message: &str) -> &str {
    &message[header(message).len()..]
}
