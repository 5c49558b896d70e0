//! Which ticket a mail joins, and which it must not.

use kernel::TicketId;
use serde_json::{Value, json};

use super::mails::{Sent, accept, caught, mail};
use crate::harness::TestApp;

const BOX: &str = "support@acme.localhost";

/// A ticket by mail from `cleo@example.org`, answered by an agent: the ticket and the answer.
async fn answered(app: &TestApp) -> (TicketId, Sent) {
    let (ticket, ..) =
        accept(app, BOX, mail("Cleo <cleo@example.org>", BOX, "Cold", "cold@example.org", "", "It is cold.")).await;
    let body = json!({"body": "We come **today**.", "status": "pending"});
    app.agent().post(&format!("/tickets/{ticket}/messages/"), body).await.created();
    let reply = caught(app, "acme").await.into_iter().find(|sent| sent.subject.starts_with("Re:")).expect("the answer");
    (ticket, reply)
}

async fn messages(app: &TestApp, ticket: TicketId) -> Vec<Value> {
    app.agent().get(&format!("/tickets/{ticket}/messages/?page_size=100")).await.ok()["results"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn the_whole_circle() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    assert!(reply.raw.contains("text/plain") && reply.raw.contains("text/html"));
    assert!(reply.raw.contains("In-Reply-To: <cold@example.org>"));
    assert!(reply.raw.contains("<strong>today</strong>"));
    let token = reply.reply_to.clone().unwrap();
    let body =
        "Thank you.\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Acme <support@acme.localhost> wrote:\r\n> We come today.";
    let (same, _, is_new) =
        accept(&app, BOX, mail("cleo@example.org", &token, &reply.subject, "thanks@example.org", "", body)).await;
    assert_eq!((same, is_new), (ticket, false));
    let last = messages(&app, ticket).await.pop().unwrap();
    assert_eq!((last["body_text"].as_str(), last["visibility"].as_str()), (Some("Thank you."), Some("public")));
    assert_eq!(last["author"]["type"], "customer");
    assert_eq!(app.agent().get(&format!("/tickets/{ticket}/")).await.ok()["status"], "open");
    app.run_jobs().await;
}

#[tokio::test]
async fn our_signed_message_id_leads_back_and_forged_ones_do_not() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    let refer = |id: &str| format!("References: <elsewhere@x> <{id}>\r\n");
    let (same, ..) =
        accept(&app, BOX, mail("cleo@example.org", BOX, "Other words", "a@x", &refer(&reply.message_id), "Yes.")).await;
    assert_eq!(same, ticket);
    let mut forged = reply.message_id.clone().into_bytes();
    forged[40] = if forged[40] == b'a' { b'b' } else { b'a' };
    let forged = String::from_utf8(forged).unwrap();
    let (other, _, is_new) =
        accept(&app, BOX, mail("mallory@example.org", BOX, "Hi", "b@x", &refer(&forged), "Let me in.")).await;
    assert!(is_new && other != ticket);
    app.run_jobs().await;
}

#[tokio::test]
async fn a_strangers_answer_to_a_token_is_seen_by_staff_only() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    let token = reply.reply_to.clone().unwrap();
    let before = caught(&app, "acme").await.len();
    let (same, ..) = accept(
        &app,
        BOX,
        mail("Mallory <mallory@example.org>", &token, "Re", "m@x", "Cc: spy@example.org\r\n", "Tell me all."),
    )
    .await;
    assert_eq!(same, ticket);
    let all = messages(&app, ticket).await;
    let (message, note) = (&all[all.len() - 2], &all[all.len() - 1]);
    assert_eq!(message["visibility"], "internal");
    assert!(note["body_text"].as_str().unwrap().contains("mallory@example.org"));
    assert_eq!(app.agent().get(&format!("/tickets/{ticket}/")).await.ok()["status"], "pending");
    let answer = app.agent().post(&format!("/tickets/{ticket}/messages/"), json!({"body": "Next."})).await.created();
    assert_eq!((&answer["to"], &answer["cc"]), (&json!(["cleo@example.org"]), &json!([])));
    assert_eq!(caught(&app, "acme").await.len(), before + 1);
}

#[tokio::test]
async fn tokens_of_others_lead_nowhere() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    let token = reply.reply_to.clone().unwrap();
    let elsewhere = token.replace("@acme.", "@globex.");
    let raw = mail("cleo@example.org", &elsewhere, "Re", "t1@x", "", "CANARY-B hello");
    let (other, _, is_new) = accept(&app, "support@globex.localhost", raw).await;
    assert!(is_new && other != ticket);
    let (local, domain) = token.split_once('@').unwrap();
    let mut tampered = local.to_owned().into_bytes();
    let last = tampered.len() - 1;
    tampered[last] = if tampered[last] == b'0' { b'1' } else { b'0' };
    let tampered = format!("{}@{domain}", String::from_utf8(tampered).unwrap());
    let (other, _, is_new) = accept(&app, BOX, mail("cleo@example.org", &tampered, "Re", "t2@x", "", "Hello")).await;
    assert!(is_new && other != ticket);
    app.run_jobs().await;
}

#[tokio::test]
async fn somebody_elses_message_id_counts_for_those_who_take_part() {
    let app = TestApp::start().await;
    let raw = mail("cleo@example.org", BOX, "Cold", "first@example.org", "Cc: dora@example.org\r\n", "It is cold.");
    let (ticket, reference, _) = accept(&app, BOX, raw).await;
    let refer = "In-Reply-To: <first@example.org>\r\n";
    for (who, id) in [("cleo@example.org", "r1@x"), ("dora@example.org", "r2@x")] {
        let (same, ..) = accept(&app, BOX, mail(who, BOX, "Re: Cold", id, refer, "More.")).await;
        assert_eq!(same, ticket, "{who}");
    }
    let (other, _, is_new) =
        accept(&app, BOX, mail("eve@example.org", BOX, "Re: Cold", "r3@x", refer, "Me too.")).await;
    assert!(is_new && other != ticket);
    let hint = messages(&app, other).await.pop().unwrap();
    assert_eq!((hint["visibility"].as_str(), hint["direction"].as_str()), (Some("internal"), Some("system")));
    assert!(hint["body_text"].as_str().unwrap().contains(&reference));
    app.run_jobs().await;
}

#[tokio::test]
async fn a_number_in_the_subject_proves_nothing() {
    let app = TestApp::start().await;
    let (ticket, reference, _) =
        accept(&app, BOX, mail("cleo@example.org", BOX, "Cold", "c@x", "", "It is cold.")).await;
    for (who, id) in [("cleo@example.org", "s1@x"), ("eve@example.org", "s2@x")] {
        let (other, _, is_new) =
            accept(&app, BOX, mail(who, BOX, &format!("Re: Cold [{reference}]"), id, "", "More.")).await;
        assert!(is_new && other != ticket, "{who}");
        assert!(messages(&app, other).await.pop().unwrap()["body_text"].as_str().unwrap().contains(&reference));
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn mail_from_the_staff_never_acts_for_the_staff() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    let agent = app.agent().get("/auth/me/").await.ok()["email"].as_str().unwrap().to_owned();
    let extra = format!("In-Reply-To: <{}>\r\n", reply.message_id);
    accept(&app, BOX, mail(&agent, BOX, "Re: Cold", "st@x", &extra, "Refund granted.")).await;
    let all = messages(&app, ticket).await;
    let message = &all[all.len() - 2];
    assert_eq!(
        (message["visibility"].as_str(), message["author"]["type"].as_str()),
        (Some("internal"), Some("customer"))
    );
    app.run_jobs().await;
}

#[tokio::test]
async fn a_late_answer_starts_a_follow_up() {
    let app = TestApp::start().await;
    let (ticket, reply) = answered(&app).await;
    for status in ["resolved", "closed"] {
        app.agent().post(&format!("/tickets/{ticket}/change_status/"), json!({"status": status})).await.ok();
    }
    app.advance(chrono::TimeDelta::days(15));
    let token = reply.reply_to.clone().unwrap();
    let (next, _, is_new) =
        accept(&app, BOX, mail("cleo@example.org", &token, "Re: Cold", "late@x", "", "Again.")).await;
    assert!(next != ticket && is_new);
    let found = app.agent().get(&format!("/tickets/{next}/")).await.ok();
    assert_eq!(found["follow_up_of"], json!(ticket));
    app.run_jobs().await;
}
