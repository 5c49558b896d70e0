//! The elements a message may hold.

/// How an element nests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Inline,
    Block,
    Item,
    Void,
    Table,
    Rows,
    Row,
    Cell,
}

use Kind::{Block, Cell, Inline, Item, Row, Rows, Table, Void};

/// Tag, element it becomes, how it nests; sorted by tag.
const KNOWN: [(&str, &str, Kind); 68] = [
    ("a", "a", Inline),
    ("abbr", "abbr", Inline),
    ("address", "div", Block),
    ("article", "div", Block),
    ("aside", "div", Block),
    ("b", "b", Inline),
    ("blockquote", "blockquote", Block),
    ("br", "br", Void),
    ("caption", "caption", Cell),
    ("center", "div", Block),
    ("cite", "cite", Inline),
    ("code", "code", Inline),
    ("dd", "dd", Item),
    ("del", "del", Inline),
    ("details", "div", Block),
    ("div", "div", Block),
    ("dl", "dl", Block),
    ("dt", "dt", Item),
    ("em", "em", Inline),
    ("fieldset", "div", Block),
    ("figcaption", "div", Block),
    ("figure", "div", Block),
    ("font", "span", Inline),
    ("footer", "div", Block),
    ("form", "div", Block),
    ("h1", "h1", Block),
    ("h2", "h2", Block),
    ("h3", "h3", Block),
    ("h4", "h4", Block),
    ("h5", "h5", Block),
    ("h6", "h6", Block),
    ("header", "div", Block),
    ("hr", "hr", Void),
    ("i", "i", Inline),
    ("img", "img", Void),
    ("ins", "ins", Inline),
    ("kbd", "kbd", Inline),
    ("li", "li", Item),
    ("listing", "pre", Block),
    ("main", "div", Block),
    ("mark", "mark", Inline),
    ("menu", "ul", Block),
    ("nav", "div", Block),
    ("ol", "ol", Block),
    ("p", "p", Block),
    ("pre", "pre", Block),
    ("q", "q", Inline),
    ("s", "s", Inline),
    ("samp", "samp", Inline),
    ("section", "div", Block),
    ("small", "small", Inline),
    ("span", "span", Inline),
    ("strike", "s", Inline),
    ("strong", "strong", Inline),
    ("sub", "sub", Inline),
    ("summary", "div", Block),
    ("sup", "sup", Inline),
    ("table", "table", Table),
    ("tbody", "tbody", Rows),
    ("td", "td", Cell),
    ("tfoot", "tfoot", Rows),
    ("th", "th", Cell),
    ("thead", "thead", Rows),
    ("tr", "tr", Row),
    ("tt", "code", Inline),
    ("u", "u", Inline),
    ("ul", "ul", Block),
    ("var", "var", Inline),
];

/// The element a tag becomes, or `None` when only its content stays.
pub(super) fn element(name: &str) -> Option<(&'static str, Kind)> {
    KNOWN
        .binary_search_by(|(known, _, _)| (*known).cmp(name))
        .ok()
        .and_then(|index| KNOWN.get(index))
        .map(|(_, output, kind)| (*output, *kind))
}
