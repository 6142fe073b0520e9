//! Whether JSON holds what is looked for.

use serde_json::Value;

/// Objects may have more members than are looked for; lists and all else are the same.
#[must_use]
pub fn contains(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| contains(found, value))),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len()
                && found
                    .iter()
                    .zip(wanted)
                    .all(|(found, wanted)| contains(found, wanted))
        }
        _ => found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_may_be_missing_and_nothing_else() {
        let found = json!({ "a": [{ "b": 1, "c": 2 }], "d": null });
        assert!(contains(&found, &json!({ "a": [{ "b": 1 }] })));
        assert!(contains(&found, &json!({ "d": null })));
        for other in [
            json!({ "a": [] }),
            json!({ "a": [{ "b": 2 }] }),
            json!({ "e": null }),
            json!([]),
        ] {
            assert!(!contains(&found, &other), "{other}");
        }
    }
}
