//! Rust sources as the architecture's rules see them: code without comments, strings and test modules.

use std::path::{Path, PathBuf};

/// One Rust file of the workspace.
#[derive(Debug)]
pub struct Source {
    /// Path below the workspace's root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The text with comments and the contents of literals blanked out; lines stay where they are.
    pub code: String,
}

impl Source {
    /// The code before the file's test module.
    pub fn product_code(&self) -> &str {
        let tests = self.code.find("#[cfg(test)]\nmod ");
        &self.code[..tests.unwrap_or(self.code.len())]
    }

    /// Whether the whole file is test code of a crate: `tests.rs`, `testing.rs`, or below a folder `tests`.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.ends_with("/testing.rs")
            || self.path.contains("/src/") && self.path.contains("/tests/")
    }

    /// The modules that paths of the product code reach directly below `root` (`crate`, `std`, ...), with line numbers.
    pub fn imports(&self, root: &str) -> Vec<(usize, String)> {
        let code = self.product_code();
        let start = format!("{root}::");
        let mut found = Vec::new();
        for (at, _) in code.match_indices(&start) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:$".contains(c)) {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let names = first_segments(&code[at + start.len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
        found
    }
}

/// The workspace's root.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ has a parent").to_owned()
}

/// Every Rust file below a folder of the workspace, sorted by path; folders named `target` are left out.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root.join(folder), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a Rust file is UTF-8");
        let below = path
            .strip_prefix(&root)
            .expect("it was found below the root");
        let path = below.to_string_lossy().replace('\\', "/");
        Source {
            path,
            code: code_of(&text),
            text,
        }
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The names that a path starts with: one, or each at the top of a group in braces.
fn first_segments(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![identifier(path)];
    };
    let mut names = Vec::new();
    let (mut depth, mut expected) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expected = true,
            c if expected && depth == 0 && !c.is_whitespace() => {
                names.push(identifier(&group[at..]));
                expected = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Blanks comments and what is between the quotes of strings and characters.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (kept, blanked) = match c {
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (0, block_comment(rest)),
            '"' => (1, string(&rest[1..])),
            'r' if !code.ends_with(|c: char| c.is_alphanumeric() && c != 'b') => raw_string(rest),
            '\'' => character(rest),
            c => (c.len_utf8(), 0),
        };
        code.push_str(&rest[..kept]);
        let end = kept + blanked;
        code.extend(
            rest[kept..end]
                .chars()
                .map(|c| if c == '\n' { '\n' } else { ' ' }),
        );
        rest = &rest[end..];
    }
    code
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    for at in 0..text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    text.len()
}

/// Length of a string's contents and closing quote, from behind the opening quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

fn raw_string(text: &str) -> (usize, usize) {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    if text.as_bytes().get(1 + hashes) != Some(&b'"') {
        return (1, 0);
    }
    let contents = &text[2 + hashes..];
    let end = format!("\"{}", "#".repeat(hashes));
    let length = contents
        .find(&end)
        .map_or(contents.len(), |at| at + end.len());
    (2 + hashes, length)
}

/// A character literal is blanked, the quote of a lifetime is kept.
fn character(text: &str) -> (usize, usize) {
    let mut chars = text[1..].char_indices();
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => {
            let end = text[3..].find('\'').map_or(text.len(), |at| at + 4);
            (1, end - 1)
        }
        (Some(_), Some((at, '\''))) => (1, at + 1),
        _ => (1, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source {
            path: String::new(),
            text: text.to_owned(),
            code: code_of(text),
        }
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        let text =
            "a // b\nc /* d /* e */ f */ g \"h \\\" i\" j 'k' '\\'' 'l: r#\"m\" n\"# o b\"p\" r\n";
        let code = code_of(text);
        assert_eq!(code.len(), text.len());
        let words: Vec<_> = code.split_whitespace().collect();
        assert_eq!(
            words,
            [
                "a", "c", "g", "\"", "j", "'", "'", "'l:", "r#\"", "o", "b\"", "r"
            ]
        );
    }

    #[test]
    fn imports_are_found_in_paths_and_groups() {
        let text = "use crate::wire::Cursor;\nuse crate::{types::{a, b}, parse};\n// crate::engine\n\
                    fn f() { crate::encode::f(); my_crate::x() }\n#[cfg(test)]\nmod tests { use crate::layer; }\n";
        let found = source(text).imports("crate");
        let expected = [(1, "wire"), (2, "types"), (2, "parse"), (4, "encode")];
        assert_eq!(found, expected.map(|(line, name)| (line, name.to_owned())));
    }
}
