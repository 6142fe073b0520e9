//! SEARCH (RFC 3501 §6.4.4) and its RETURN options (RFC 4731).

use super::output::Failure;
use super::search_key::{Context, Key};
use super::session::{Outcome, Session};
use super::set::shown;
use super::syntax::{Arguments, Malformed};

impl Session {
    pub(super) fn search(&mut self, arguments: &mut Arguments<'_>, by_uid: bool) -> Outcome {
        arguments.space()?;
        let options = return_options(arguments)?;
        charset(arguments)?;
        let mut keys = vec![Key::parse(arguments, 0)?];
        while arguments.take(b' ') {
            keys.push(Key::parse(arguments, 0)?);
        }
        arguments.end()?;
        let key = Key::All(keys);
        self.condstore |= key.needs_modseq();
        let candidates = self.with_selected(|view, mailbox, _| {
            let all: Vec<(u32, u32)> = (1..).zip(view.uids()).collect();
            let found = all.into_iter().filter_map(|(number, uid)| {
                let message = mailbox.message(uid)?.clone();
                Some((number, message, view.is_recent(uid)))
            });
            Ok(found.collect::<Vec<_>>())
        })?;
        let last = candidates
            .last()
            .map_or((0, 0), |(number, message, _)| (*number, message.uid));
        let mut found = Vec::new();
        let mut modseq = 0;
        // Reading bodies takes time: the store is not locked for it.
        for (number, message, recent) in &candidates {
            let context = Context {
                number: *number,
                message,
                recent: *recent,
                last,
            };
            if key.matches(&context) {
                modseq = modseq.max(message.modseq);
                found.push(if by_uid { message.uid } else { *number });
            }
        }
        let modseq =
            (key.needs_modseq() && !found.is_empty()).then(|| format!(" (MODSEQ {modseq})"));
        match options {
            None => {
                let mut line = "* SEARCH".to_owned();
                for number in &found {
                    line = line + " " + &number.to_string();
                }
                self.output.line(&(line + &modseq.unwrap_or_default()));
            }
            Some(options) => {
                let line = esearch(&options, &found, by_uid);
                let modseq = modseq.map(|modseq| modseq.replace(['(', ')'], ""));
                self.output.write(b"* ESEARCH (TAG ");
                let tag = self.tag.clone();
                super::structure::string(self.output.buffer(), tag.as_bytes());
                self.output
                    .line(&format!("){line}{}", modseq.unwrap_or_default()));
            }
        }
        Ok("searched".to_owned())
    }
}

/// `RETURN (MIN COUNT) `; without options it is ALL.
fn return_options(arguments: &mut Arguments<'_>) -> Result<Option<Vec<String>>, Malformed> {
    let mut ahead = *arguments;
    if !ahead.keyword().is_ok_and(|word| word == "RETURN") {
        return Ok(None);
    }
    ahead.space()?;
    let mut options = ahead.keywords()?;
    ahead.space()?;
    if options.is_empty() {
        options.push("ALL".to_owned());
    }
    if options
        .iter()
        .any(|option| !["MIN", "MAX", "ALL", "COUNT"].contains(&option.as_str()))
    {
        return Err(Malformed("unknown return option"));
    }
    *arguments = ahead;
    Ok(Some(options))
}

/// `CHARSET UTF-8 `
fn charset(arguments: &mut Arguments<'_>) -> Result<(), Failure> {
    let mut ahead = *arguments;
    if !ahead.keyword().is_ok_and(|word| word == "CHARSET") {
        return Ok(());
    }
    ahead.space()?;
    let charset = String::from_utf8_lossy(&ahead.astring()?).to_ascii_uppercase();
    ahead.space()?;
    if !["US-ASCII", "UTF-8"].contains(&charset.as_str()) {
        return Err(Failure::no("[BADCHARSET (US-ASCII UTF-8)] unknown charset"));
    }
    *arguments = ahead;
    Ok(())
}

fn esearch(options: &[String], found: &[u32], by_uid: bool) -> String {
    let mut line = if by_uid {
        " UID".to_owned()
    } else {
        String::new()
    };
    for option in options {
        let value = match option.as_str() {
            "MIN" => found.first().map(u32::to_string),
            "MAX" => found.last().map(u32::to_string),
            "COUNT" => Some(found.len().to_string()),
            _ => (!found.is_empty()).then(|| shown(found)),
        };
        if let Some(value) = value {
            line = format!("{line} {option} {value}");
        }
    }
    line
}
