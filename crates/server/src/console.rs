//! The console: the files of `web/apps/console/dist`, which `build.rs` puts into the binary.
//!
//! Names below `assets/` carry a hash and are kept for a year; the page itself is asked for each
//! time. A path without an extension is one of the page's own routes, so it gets the page.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::AppError;
use web::ApiError;

use crate::pages;

/// A built file and its compressed forms.
struct File {
    name: &'static str,
    etag: &'static str,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Empty when the console was not built.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// What stands at `/` when the console was not built.
const NOT_BUILT: &str = include_str!("../assets/not-built.html");

/// What the page may do. The hash is that of the one style that React Aria writes into the page (on
/// iOS, while a dialog is open); a test of the console compares it with the installed version.
/// Pictures may come from elsewhere because a mail's pictures are shown once somebody allows them.
const POLICY: &str = "default-src 'self'; \
     style-src 'self' 'sha256-gYiS/BvZvRcK27JIXTuwhZ3hs2+VJ1X+2gUlE+farlg='; \
     img-src 'self' blob: data: https:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The policy of the page that says how to build the console.
const PLAIN_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                            frame-ancestors 'none'";

/// Answers whatever nothing else answers: a file of the console, its page, or that there is nothing.
pub async fn serve(request: Request) -> Response {
    answer(FILES, request.method(), request.uri().path(), request.headers())
}

fn answer(files: &'static [File], method: &Method, path: &str, asked: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let is_route = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let name = if is_route { "index.html" } else { path };
    let file = files.iter().find(|file| file.name == name);
    if matches!(first, "api" | "ws" | "health") || (file.is_none() && !is_route) {
        return ApiError(AppError::NotFound).into_response();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return ([(header::ALLOW, "GET, HEAD")], ApiError(AppError::MethodNotAllowed)).into_response();
    }
    match file {
        Some(file) => file.answer(asked),
        None if matches!(path.trim_end_matches('/'), "set-password" | "verify") => pages::link(),
        None => not_built(),
    }
}

fn not_built() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PLAIN_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, NOT_BUILT).into_response()
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let is_kept = self.name.starts_with("assets/");
        let headers: [(HeaderName, &'static str); 4] = [
            (header::CACHE_CONTROL, if is_kept { "public, max-age=31536000, immutable" } else { "no-cache" }),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::ETAG, self.etag),
            (header::VARY, "Accept-Encoding"),
        ];
        let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        if known.flat_map(|list| list.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let (encoding, body) = match (self.br, self.gzip) {
            (Some(body), _) if accepts(asked, "br") => (Some("br"), body),
            (_, Some(body)) if accepts(asked, "gzip") => (Some("gzip"), body),
            _ => (None, self.plain),
        };
        let mut response = ([(header::CONTENT_TYPE, kind(self.name))], headers, body).into_response();
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Whether the client names the encoding and does not refuse it with `q=0`.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let lists = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            && !parts.any(|part| matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static BUILT: &[File] = &[
        File { name: "assets/a-1f.js", etag: "\"1\"", plain: b"plain", br: Some(b"br"), gzip: Some(b"gzip") },
        File { name: "index.html", etag: "\"2\"", plain: b"page", br: None, gzip: None },
    ];

    fn get(files: &'static [File], path: &str, headers: &[(HeaderName, &'static str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        answer(files, &Method::GET, path, &headers)
    }

    fn header(response: &Response, name: HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn links_work_without_the_console() {
        for path in ["/set-password", "/verify", "/verify/"] {
            let page = get(&[], path, &[]);
            assert_eq!(header(&page, header::REFERRER_POLICY), Some("no-referrer"), "{path}");
            assert!(
                header(&page, header::CONTENT_SECURITY_POLICY).unwrap().starts_with("default-src 'none'"),
                "{path}"
            );
            assert_eq!(header(&get(BUILT, path, &[]), header::ETAG), Some("\"2\""), "{path}");
        }
        let html = include_str!("../assets/link.html");
        for inline in ["<style", "style=", "onclick", "onsubmit", "javascript:", "://", "<script>", "<iframe", "<img"] {
            assert!(!html.contains(inline), "{inline}");
        }
        let code = include_str!("../assets/link.js");
        assert!(code.contains("location.hash") && !code.contains("innerHTML"));
        assert_eq!(code.matches("fetch(").count(), 1, "the token goes to one place");
    }

    #[test]
    fn a_route_gets_the_page_and_an_unknown_file_nothing() {
        for path in ["/", "/inbox", "/tickets/42", "/settings/people/usr_1"] {
            let page = get(BUILT, path, &[]);
            assert_eq!((page.status(), header(&page, header::CACHE_CONTROL)), (StatusCode::OK, Some("no-cache")));
            assert_eq!(header(&page, header::CONTENT_TYPE), Some("text/html; charset=utf-8"));
        }
        for path in ["/assets/b-2f.js", "/nothing.css", "/api", "/api/v2/x", "/ws", "/health/x"] {
            assert_eq!(get(BUILT, path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let post = |path| answer(BUILT, &Method::POST, path, &HeaderMap::new());
        assert_eq!(post("/inbox").status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(header(&post("/assets/a-1f.js"), header::ALLOW), Some("GET, HEAD"));
        assert_eq!(post("/nothing.css").status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn files_are_compressed_as_asked_and_kept_for_a_year() {
        let kinds = [("br, gzip", Some("br")), ("gzip, br;q=0", Some("gzip")), ("deflate", None)];
        for (asked, encoding) in kinds {
            let file = get(BUILT, "/assets/a-1f.js", &[(header::ACCEPT_ENCODING, asked)]);
            assert_eq!(header(&file, header::CONTENT_ENCODING), encoding);
            assert_eq!(header(&file, header::VARY), Some("Accept-Encoding"));
            assert_eq!(header(&file, header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let known = get(BUILT, "/inbox", &[(header::IF_NONE_MATCH, "\"1\", W/\"2\"")]);
        assert_eq!((known.status(), header(&known, header::ETAG)), (StatusCode::NOT_MODIFIED, Some("\"2\"")));
        assert_eq!(get(BUILT, "/inbox", &[(header::IF_NONE_MATCH, "\"1\"")]).status(), StatusCode::OK);
    }

    #[test]
    fn without_a_build_every_route_says_how_to_make_one() {
        let page = get(&[], "/inbox", &[]);
        assert_eq!((page.status(), header(&page, header::ETAG)), (StatusCode::OK, None));
        assert_eq!(get(&[], "/theme.js", &[]).status(), StatusCode::NOT_FOUND);
    }
}
