//! What somebody of the staff sets for themselves. Pure.

use std::{collections::BTreeMap, str::FromStr};

use kernel::{AppResult, FieldErrors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Null means: as the organization has it, or as the device does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Preferences {
    /// en, de or ar.
    pub language: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// h12 or h23.
    pub hour_cycle: Option<String>,
    /// monday, saturday or sunday.
    pub week_start: Option<String>,
    /// light or dark.
    pub theme: Option<String>,
    /// normal or high.
    pub contrast: Option<String>,
    /// compact, normal or relaxed.
    pub density: Option<String>,
    /// How long a message can be taken back: 0, 5, 10, 20 or 30.
    pub undo_send_seconds: Option<i16>,
    /// False switches all single-key shortcuts off.
    pub shortcuts_enabled: Option<bool>,
    /// Other keys for commands; null takes a command's keys away.
    pub shortcuts: BTreeMap<String, Option<String>>,
}

/// Changes to them; what is absent stays, null goes back to what the organization or the device has.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPreferences {
    /// en, de or ar.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub language: Option<Option<String>>,
    /// IANA name, `Europe/Berlin`.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<Option<String>>,
    /// h12 or h23.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub hour_cycle: Option<Option<String>>,
    /// monday, saturday or sunday.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub week_start: Option<Option<String>>,
    /// light or dark.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub theme: Option<Option<String>>,
    /// normal or high.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub contrast: Option<Option<String>>,
    /// compact, normal or relaxed.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<String>)]
    pub density: Option<Option<String>>,
    /// 0, 5, 10, 20 or 30.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<i16>)]
    pub undo_send_seconds: Option<Option<i16>>,
    #[serde(default, deserialize_with = "web::given")]
    #[schema(value_type = Option<bool>)]
    pub shortcuts_enabled: Option<Option<bool>>,
    /// All of them; at most 200.
    #[serde(default, deserialize_with = "web::given")]
    #[schema(nullable = false)]
    pub shortcuts: Option<BTreeMap<String, Option<String>>>,
}

const LANGUAGES: [&str; 3] = ["en", "de", "ar"];
const UNDO_SEND: [i16; 5] = [0, 5, 10, 20, 30];

/// Applies a change, or says everything that is wrong with it.
pub fn apply(present: &Preferences, patch: PatchPreferences) -> AppResult<Preferences> {
    let (mut next, mut errors) = (present.clone(), FieldErrors::default());
    let mut choice =
        |place: &mut Option<String>, wanted: Option<Option<String>>, field: &str, allowed: &[&str]| match wanted {
            Some(Some(text)) if !allowed.contains(&text.as_str()) => {
                errors.add(format!("preferences.{field}"), "invalid", format!("Use one of {}.", allowed.join(", ")));
            }
            Some(wanted) => *place = wanted,
            None => {}
        };
    choice(&mut next.language, patch.language, "language", &LANGUAGES);
    choice(&mut next.hour_cycle, patch.hour_cycle, "hour_cycle", &["h12", "h23"]);
    choice(&mut next.week_start, patch.week_start, "week_start", &["monday", "saturday", "sunday"]);
    choice(&mut next.theme, patch.theme, "theme", &["light", "dark"]);
    choice(&mut next.contrast, patch.contrast, "contrast", &["normal", "high"]);
    choice(&mut next.density, patch.density, "density", &["compact", "normal", "relaxed"]);
    let is_zone = |text: &str| chrono_tz::Tz::from_str(text).is_ok_and(|zone| zone.name() == text);
    match patch.time_zone {
        Some(Some(zone)) if !is_zone(&zone) => {
            let rule = "A time zone is an IANA name such as Europe/Berlin.";
            errors.add("preferences.time_zone", "invalid", rule);
        }
        Some(zone) => next.time_zone = zone,
        None => {}
    }
    match patch.undo_send_seconds {
        Some(Some(seconds)) if !UNDO_SEND.contains(&seconds) => {
            errors.add("preferences.undo_send_seconds", "invalid", "Use 0, 5, 10, 20 or 30 seconds.");
        }
        Some(seconds) => next.undo_send_seconds = seconds,
        None => {}
    }
    if let Some(enabled) = patch.shortcuts_enabled {
        next.shortcuts_enabled = enabled;
    }
    if let Some(shortcuts) = patch.shortcuts {
        let short = |text: &String| (1..=60).contains(&text.len()) && !text.chars().any(char::is_control);
        let is_good = |(command, keys): (&String, &Option<String>)| short(command) && keys.as_ref().is_none_or(short);
        if shortcuts.len() > 200 || !shortcuts.iter().all(is_good) {
            errors.add("preferences.shortcuts", "invalid", "At most 200, of at most 60 characters each.");
        } else {
            next.shortcuts = shortcuts;
        }
    }
    errors.finish()?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(json: &str) -> AppResult<Preferences> {
        apply(&Preferences::default(), serde_json::from_str(json).unwrap())
    }

    #[test]
    fn what_is_absent_stays_and_null_takes_away() {
        let set = patched(r#"{"language":"de","time_zone":"Europe/Berlin","shortcuts":{"inbox.open":"g i","x":null}}"#);
        let set = set.unwrap();
        assert_eq!((set.language.as_deref(), set.shortcuts.len()), (Some("de"), 2));
        let next = apply(&set, serde_json::from_str(r#"{"language":null,"undo_send_seconds":10}"#).unwrap()).unwrap();
        assert_eq!((next.language, next.time_zone.as_deref()), (None, Some("Europe/Berlin")));
        assert_eq!((next.undo_send_seconds, next.shortcuts), (Some(10), set.shortcuts));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = patched(
            r#"{"language":"xx","time_zone":"Mars","hour_cycle":"h25","week_start":"friday","theme":"pink",
                "contrast":"low","density":"tight","undo_send_seconds":7,"shortcuts":{"":"a"}}"#,
        );
        let Err(kernel::AppError::Invalid(errors)) = wrong else { panic!("{wrong:?}") };
        assert_eq!(errors.0.len(), 9, "{errors:?}");
    }
}
