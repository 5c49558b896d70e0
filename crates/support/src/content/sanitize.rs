//! The sanitizer: [`super::balance`] bounds the input, ammonia decides.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use kernel::{TeamId, UserId};

use super::balance::{Image, balance};

/// Safe HTML of an untrusted body without inline images. See [`sanitize_with`].
pub fn sanitize(html: &str) -> String {
    sanitize_with(html, &|_| None)
}

/// Safe HTML of an untrusted body.
///
/// - Formatting, lists, tables, quotes, code and links stay; forms, scripts, styles, SVG,
///   MathML, `style`, `class`, `id`, `name` and event attributes go.
/// - Links: `http`, `https`, `mailto`, `tel` and names of people and teams (`mention:usr_…`) only,
///   opened in a new window without opener.
/// - Images: `cid:` sources become the address `cid` gives for the Content-ID (no `<>`);
///   remote sources move to `data-src`, so that nothing is loaded; others go.
///
/// Only the first [`super::MAX_INPUT`] bytes are looked at.
pub fn sanitize_with(html: &str, cid: &dyn Fn(&str) -> Option<String>) -> String {
    let mut shown = HashSet::new();
    let balanced = balance(html, &mut |source| {
        let decision = image(source, cid);
        if let Image::Show(address) = &decision {
            shown.insert(address.clone());
        }
        decision
    });
    builder(shown).clean(&balanced).to_string()
}

fn image(source: &str, cid: &dyn Fn(&str) -> Option<String>) -> Image {
    if let Some(id) = strip_scheme(source, "cid:") {
        let id = id.trim_matches(['<', '>']);
        return cid(id).map_or(Image::Drop, Image::Show);
    }
    if is_web(source) {
        return Image::Blocked(source.to_owned());
    }
    Image::Drop
}

fn strip_scheme<'a>(address: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn is_web(address: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| strip_scheme(address, scheme).is_some_and(|rest| !rest.is_empty()))
}

/// Whether a link may point there.
pub(super) fn is_link(address: &str) -> bool {
    is_web(address)
        || strip_scheme(address, "mailto:").is_some()
        || strip_scheme(address, "tel:").is_some()
        || mention(address).is_some()
}

/// The person or team that a link names: `mention:usr_…` or `mention:tea_…`. It leads nowhere.
fn mention(address: &str) -> Option<&str> {
    let id = address.strip_prefix("mention:")?;
    (id.parse::<UserId>().is_ok() || id.parse::<TeamId>().is_ok()).then_some(id)
}

/// Ids of the people and teams that safe HTML names, each once, in its order.
pub fn mentions(html: &str) -> Vec<&str> {
    let links = html.split("href=\"mention:").skip(1).filter_map(|rest| rest.split('"').next());
    let mut ids = Vec::new();
    for id in links {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

const TAGS: [&str; 48] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
];

fn tag_attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("abbr", HashSet::from(["title"])),
        ("img", HashSet::from(["src", "data-src", "alt", "title", "width", "height"])),
        ("td", HashSet::from(["colspan", "rowspan", "align"])),
        ("th", HashSet::from(["colspan", "rowspan", "align"])),
        ("tr", HashSet::from(["align"])),
        ("p", HashSet::from(["align"])),
        ("div", HashSet::from(["align"])),
        ("ol", HashSet::from(["start"])),
        ("li", HashSet::from(["value"])),
    ])
}

fn builder(shown: HashSet<String>) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(tag_attributes())
        .generic_attributes(HashSet::from(["dir"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "mention"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(move |element, attribute, value| {
            let keep = match (element, attribute) {
                ("img", "src") => shown.contains(value),
                ("img", "data-src") => is_web(value),
                ("a", "href") => is_link(value),
                _ => true,
            };
            keep.then_some(Cow::Borrowed(value))
        });
    builder
}
