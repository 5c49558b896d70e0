//! The pages behind one-time links: nothing inline, nothing from elsewhere, nothing told to others.

use crate::harness::TestApp;

#[tokio::test]
async fn pages_of_links_load_nothing_and_tell_nobody() {
    let app = TestApp::start().await;
    for (page, script, call) in [
        ("/set-password", "/set-password.js", "/api/v1/auth/password/reset/confirm/"),
        ("/verify", "/verify.js", "/api/v1/auth/register/confirm/"),
    ] {
        for path in [page.to_owned(), format!("{page}/")] {
            for host in ["acme.localhost", "localhost"] {
                let answer = app.anonymous().at(host).get(&path).await;
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.headers["referrer-policy"], "no-referrer");
                assert_eq!(answer.headers["x-content-type-options"], "nosniff");
                let policy = answer.headers["content-security-policy"].to_str().unwrap();
                assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{policy}");
                assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
                let html = String::from_utf8(answer.bytes.to_vec()).unwrap();
                for inline in
                    ["<style", "style=", "onclick", "onsubmit", "javascript:", "://", "<script>", "<iframe", "<img"]
                {
                    assert!(!html.contains(inline), "{path}: {inline}");
                }
                assert!(html.contains(&format!("src=\"{script}\"")) && html.contains("<html lang=\"en\">"));
            }
        }
        let code = app.anonymous().get(script).await;
        assert_eq!(code.headers["content-type"], "text/javascript; charset=utf-8");
        let code = String::from_utf8(code.bytes.to_vec()).unwrap();
        assert!(code.contains(call) && code.contains("location.hash") && !code.contains("innerHTML"));
        let calls = code.matches("fetch(").count();
        assert_eq!(calls, 1, "the token goes to one place");
    }
}
