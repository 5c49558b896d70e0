//! What settings may be. Pure.

use std::str::FromStr;

use kernel::{AppResult, FieldErrors};

use crate::organizations::{store::SettingsRow, wire::PatchSettings};

/// Languages that mails and pages exist in.
const LOCALES: &[&str] = &["en"];

/// Applies a change, or says everything that is wrong with it.
pub fn apply(row: &mut SettingsRow, patch: PatchSettings) -> AppResult<()> {
    let mut errors = FieldErrors::default();
    let mut set = |place: &mut String, value: Option<String>, field: &str, good: &dyn Fn(&str) -> bool, rule: &str| {
        let Some(value) = value else { return };
        if good(&value) {
            *place = value;
        } else {
            errors.add(field, "invalid", rule);
        }
    };
    let zone = |text: &str| chrono_tz::Tz::from_str(text).is_ok_and(|zone| zone.name() == text);
    set(&mut row.time_zone, patch.time_zone, "time_zone", &zone, "A time zone is an IANA name such as Europe/Berlin.");
    let locale = |text: &str| LOCALES.contains(&text);
    set(&mut row.locale, patch.locale, "locale", &locale, "The language can be en.");
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let prefix = |text: &str| (1..=10).contains(&text.len()) && text.bytes().all(plain);
    let rule = "A prefix has 1 to 10 upper-case letters and digits.";
    set(&mut row.ticket_prefix, patch.ticket_prefix, "ticket_prefix", &prefix, rule);
    let visibility = |text: &str| ["all", "teams", "own"].contains(&text);
    let rule = "Agents see all, teams or own.";
    set(&mut row.agent_visibility, patch.agent_visibility, "agent_visibility", &visibility, rule);
    let color = patch.brand_color.map(|color| color.to_ascii_lowercase());
    let is_color = |text: &str| rgb(text).is_some();
    set(&mut row.brand_color, color, "brand_color", &is_color, "A color is written #rrggbb.");
    match patch.ticket_padding {
        Some(padding) if (1..=10).contains(&padding) => row.ticket_padding = padding,
        Some(_) => errors.add("ticket_padding", "invalid", "A number has 1 to 10 digits at least."),
        None => {}
    }
    if let Some(wanted) = patch.first_response_on_status {
        row.first_response_on_status = wanted;
    }
    if let Some(wanted) = patch.customer_registration {
        row.customer_registration = wanted;
    }
    errors.finish()
}

/// The parts of `#rrggbb`.
fn rgb(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some([part(0)?, part(2)?, part(4)?]).filter(|_| is_plain)
}

/// Black or white: what has the higher contrast on a color (relative luminance of WCAG 2.2).
pub fn text_on(color: &str) -> &'static str {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = rgb(color).unwrap_or_default().map(linear);
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (on_white, on_black) = (1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05);
    if on_white >= on_black { "#ffffff" } else { "#000000" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_plain_and_text_on_them_is_readable() {
        assert_eq!(rgb("#1f6feb"), Some([0x1f, 0x6f, 0xeb]));
        for bad in ["", "#", "1f6feb", "#1f6fe", "#1f6febb", "#ggg000", "#+1+1+1", "red;}", "#é0000"] {
            assert_eq!(rgb(bad), None, "{bad}");
        }
        assert_eq!((text_on("#000000"), text_on("#ffffff")), ("#ffffff", "#000000"));
        assert_eq!((text_on("#1f4feb"), text_on("#ffd400")), ("#ffffff", "#000000"));
    }
}
