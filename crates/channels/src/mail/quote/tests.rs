use super::{REPLY_SEPARATOR, split_quoted};
use std::time::Duration;

use crate::mail::parse::cpu_time;

#[test]
fn provider_forms_are_cut() {
    let own = format!("Thanks!\n\n{REPLY_SEPARATOR}\nolder");
    for text in [
        own.as_str(),
        "Thanks!\n\nOn Mon, Jan 1, 2024 at 12:00 PM Bob <bob@x.example> wrote:\n> old\n> older\n",
        "Thanks!\n\nOn Mon, Jan 1, 2024 at 12:00 PM Bob Longname via Support\n<bob@x.example> wrote:\n\n> old",
        "Thanks!\r\n\r\nOn Monday, January 1, 2024, 12:00:00 PM GMT+1, Bob <b@x.example> wrote: \r\n\r\n old text",
        "Thanks!\n\nAm Mo., 1. Jan. 2024 um 12:00 Uhr schrieb Bob <bob@x.example>:\n\n> alt",
        "Thanks!\n\nAm 01.01.2024 um 12:00 schrieb Bob:\n> alt",
        "Thanks!\n\nLe lun. 1 janv. 2024 à 12:00, Bob <bob@x.example> a écrit :\n\n> vieux",
        "Thanks!\n\nEl lun, 1 ene 2024 a las 12:00, Bob (<bob@x.example>) escribió:\n> viejo",
        "Thanks!\n\n-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: Al\nSubject: x\n\nold",
        "Thanks!\n\n-----Ursprüngliche Nachricht-----\nVon: Bob\n\nalt",
        "Thanks!\n\nFrom: Bob <bob@x.example>\nSent: Monday, January 1, 2024 12:00\nTo: Al\nSubject: RE: x\n\nold",
        "Thanks!\n\nVon: Bob\nGesendet: Montag\nAn: Al\nBetreff: x\n\nalt",
        "Thanks!\n\n*From:* Bob\n*Date:* Monday\n*To:* Al\n*Subject:* x\n\nold",
        "Thanks!\n\nDe : Bob\nEnvoyé : lundi\nÀ : Al\nObjet : x\n\nvieux",
        "Thanks!\n\n________________________________\nFrom: Bob\nSent: Monday\n\nold",
        "Thanks!\n\n2024-01-01 12:00 GMT+01:00 Bob <bob@x.example>:\n\n> old",
        "Thanks!\n\n> old\n> older\n\n",
        "Thanks!\n> On x wrote:\n> -- Please reply above this line --\n> y",
    ] {
        let (visible, quoted) = split_quoted(text);
        assert_eq!(visible, "Thanks!", "{text}");
        assert!(!quoted.is_empty(), "{text}");
    }
}

#[test]
fn own_words_stay() {
    let separator_only = format!("{REPLY_SEPARATOR}\nolder");
    for text in [
        "",
        "Hello",
        "> only quoted\n> lines",
        separator_only.as_str(),
        "On Mon, Jan 1, 2024 Bob wrote:\n> old",
        "On Mon, Jan 1, 2024 Bob <b@x> wrote:\n> old\n\nMy answer below",
        "> question 1\nanswer 1\n> question 2\nanswer 2",
        "On Monday we tried this: it failed\nthen again",
        "From: the field office\nwe need help",
        "________________\nsigned",
        "See below\n\n---------- Forwarded message ---------\nFrom: Bob <b@x>\nDate: Mon\nSubject: y\nTo: me\n\nimportant\n> x",
    ] {
        assert_eq!(split_quoted(text), (text, ""), "{text}");
    }
}

#[test]
fn hostile_text_takes_linear_time() {
    for unit in ["On 1 ", "On 1 @\n", "> ", ">\n", "From: x\n", "-----", "_", "\n", "On 1 wrote:\n>\n", "a@1:\n"] {
        let text = unit.repeat(512 * 1024 / unit.len()) + "\nx";
        let started = cpu_time();
        let _ = split_quoted(&text);
        let took = cpu_time() - started;
        println!("{unit:?}: {took:?}");
        assert!(took < Duration::from_secs(2), "{unit:?} {took:?}");
    }
}
