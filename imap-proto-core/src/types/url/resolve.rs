//! References relative to a URL (RFC 5092 §7, RFC 3986 §5.2).

use super::{ImapUrl, UrlError};

impl ImapUrl {
    /// The URL that a reference means which was found in this one, such as `/INBOX/;UID=20` in
    /// CATENATE, or `;SECTION=1.4` in a body part.
    ///
    /// Parameters are parts of the path. A reference that begins with one continues a URL of a
    /// mailbox (RFC 5092 §9.1).
    ///
    /// # Errors
    ///
    /// When the result is no IMAP URL.
    pub fn resolve(&self, reference: &str) -> Result<Self, UrlError> {
        if has_scheme(reference) {
            return reference.parse();
        }
        if let Some(rest) = reference.strip_prefix("//") {
            let (authority, path) = match rest.find(['/', '?']) {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            return url(authority, path, None);
        }
        let authority = self.server.to_string();
        let whole = self.to_string();
        let own = whole
            .get("imap://".len() + authority.len()..)
            .unwrap_or_default();
        let (own_path, own_query) = split_query(own);
        let (path, query) = split_query(reference);
        if path.is_empty() {
            return url(&authority, own_path, query.or(own_query));
        }
        if path.starts_with('/') {
            return url(&authority, path, query);
        }
        let continues = path.starts_with(';') && self.message.is_none();
        let folder = if continues {
            format!("{}/", own_path.trim_end_matches('/'))
        } else {
            let end = own_path.rfind('/').map_or(0, |at| at + 1);
            own_path.get(..end).unwrap_or_default().to_owned()
        };
        url(&authority, &format!("{folder}{path}"), query)
    }
}

/// Whether the reference is an absolute URL (RFC 3986 §4.1).
fn has_scheme(reference: &str) -> bool {
    let end = reference.find([':', '/', '?', ';']);
    end.is_some_and(|at| {
        at > 0
            && reference
                .get(at..)
                .is_some_and(|rest| rest.starts_with(':'))
    })
}

fn split_query(text: &str) -> (&str, Option<&str>) {
    match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    }
}

fn url(authority: &str, path: &str, query: Option<&str>) -> Result<ImapUrl, UrlError> {
    let path = without_dots(path);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("imap://{authority}{path}{query}").parse()
}

/// `remove_dot_segments` (RFC 3986 §5.2.4), of a path that begins with a slash or is empty.
fn without_dots(path: &str) -> String {
    let Some(path) = path.strip_prefix('/') else {
        return path.to_owned();
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}
