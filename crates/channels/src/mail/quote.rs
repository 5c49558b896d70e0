//! Parting what a correspondent wrote from what they quoted.

/// Line in our outgoing mails above which answers belong.
pub const REPLY_SEPARATOR: &str = "-- Please reply above this line --";

/// Parts a plain text body into what was written and what was quoted (`""` when nothing was).
/// The visible part is never empty when the text is not: then everything is visible. Text
/// written below or between quoted lines keeps the whole body visible. Linear time.
pub fn split_quoted(text: &str) -> (&str, &str) {
    split_quoted_at(text, &[REPLY_SEPARATOR])
}

/// [`split_quoted`] with the separator lines of all languages an inbox writes in.
pub fn split_quoted_at<'a>(text: &'a str, separators: &[&str]) -> (&'a str, &'a str) {
    let lines = Lines::of(text);
    let Some(line) = lines.first_quoted(separators) else {
        return (text, "");
    };
    let at = lines.offset(line);
    let (visible, quoted) = text.split_at_checked(at).unwrap_or((text, ""));
    if visible.trim().is_empty() {
        return (text, "");
    }
    (visible.trim_end(), quoted)
}

struct Lines<'a> {
    text: &'a str,
    /// Trimmed lines.
    lines: Vec<&'a str>,
    /// Number of the last line that is neither blank nor quoted.
    last_plain: Option<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
        let last_plain = lines
            .iter()
            .rposition(|line| !line.is_empty() && !line.starts_with('>'));
        Self {
            text,
            lines,
            last_plain,
        }
    }

    fn get(&self, index: usize) -> &'a str {
        self.lines.get(index).copied().unwrap_or("")
    }

    fn offset(&self, line: usize) -> usize {
        self.text
            .split_inclusive('\n')
            .take(line)
            .map(str::len)
            .sum()
    }

    /// The next line with content within five lines.
    fn next_full(&self, from: usize) -> Option<usize> {
        (from..from + 5).find(|index| !self.get(*index).is_empty())
    }

    /// Whether only quoted and blank lines follow.
    fn only_quotes_after(&self, line: usize) -> bool {
        self.last_plain.is_none_or(|last| last <= line)
    }

    fn first_quoted(&self, separators: &[&str]) -> Option<usize> {
        let mut forwarded = false;
        for (index, line) in self.lines.iter().enumerate() {
            if line.is_empty() {
                continue;
            }
            if separators.iter().any(|separator| line.contains(separator)) {
                if !line.starts_with('>') || self.only_quotes_after(index) {
                    return Some(index);
                }
                continue;
            }
            if line.starts_with('>') {
                // A trailing block of quoted lines.
                if !forwarded && self.only_quotes_after(index) {
                    return Some(index);
                }
                continue;
            }
            if forwarded {
                continue;
            }
            if is_forward(line) {
                forwarded = true;
            } else if self.starts_quote(index, line) {
                return Some(index);
            }
        }
        None
    }

    fn starts_quote(&self, index: usize, line: &str) -> bool {
        if let Some(end) = self.attribution(index) {
            let quotes_follow = self.next_full(end + 1).is_some_and(|next| self.get(next).starts_with('>'));
            return !quotes_follow || self.only_quotes_after(end);
        }
        if is_original_message(line) {
            return true;
        }
        let rule = line.len() >= 16 && line.bytes().all(|byte| byte == b'_');
        if rule {
            return self
                .next_full(index + 1)
                .is_some_and(|next| is_field(self.get(next), &FROM));
        }
        self.header_block(index)
    }

    /// `On <date>, <name> wrote:` over at most four lines; gives its last line.
    fn attribution(&self, index: usize) -> Option<usize> {
        let first = self.get(index);
        let opens = INTRODUCTIONS.iter().any(|word| first.starts_with(word));
        let dated = first.starts_with(|c: char| c.is_ascii_digit());
        if !opens && !dated && !first.contains('@') {
            return None;
        }
        let mut joined = String::new();
        for end in index..index + 4 {
            let line = self.get(end);
            if line.is_empty() || line.starts_with('>') || joined.len() + line.len() > 500 {
                return None;
            }
            joined.push(' ');
            joined.push_str(line);
            if line.ends_with([':', '：']) {
                let body = joined.to_lowercase();
                let has_mark = body.contains(|c: char| c.is_ascii_digit()) || body.contains('@');
                let verb = VERBS.iter().any(|verb| body.contains(verb));
                let quoted = self.next_full(end + 1).is_some_and(|next| self.get(next).starts_with('>'));
                let addressed = body.contains('@') && body.contains(|c: char| c.is_ascii_digit());
                let fits = has_mark && verb && (opens || dated || quoted) || addressed && quoted;
                return fits.then_some(end);
            }
        }
        None
    }

    /// `From: … Sent: … To: … Subject: …`, as Outlook writes it.
    fn header_block(&self, index: usize) -> bool {
        if !is_field(self.get(index), &FROM) {
            return false;
        }
        let (mut dates, mut others) = (0, 0);
        for next in index + 1..index + 7 {
            let line = self.get(next);
            if is_field(line, &SENT) {
                dates += 1;
            } else if is_field(line, &TO) || is_field(line, &SUBJECT) {
                others += 1;
            }
        }
        dates > 0 && others > 0 || others > 1
    }
}

const INTRODUCTIONS: [&str; 22] = [
    "On ", "Am ", "Le ", "El ", "Il ", "Op ", "Den ", "Em ", "W dniu ", "Dnia ", "Dne ", "På ", "Pe ",
    "Vào ", "Pada ", "A ", "Στις ", "В ", "Від ", "Il giorno ", "Em ter", "*On ",
];

const VERBS: [&str; 22] = [
    "wrote", "schrieb", "a écrit", "escribió", "ha scritto", "schreef", "skrev", "napisał",
    "escreveu", "napsal", "kirjoitti", "yazdı", "wrote", "пишет", "написал", "писав", "έγραψε",
    "a scris", "írta", "寫道", "写道", "のメッセージ",
];

const FROM: [&str; 9] = ["from", "von", "de", "da", "van", "från", "fra", "od", "发件人"];
const SENT: [&str; 15] = [
    "sent", "date", "gesendet", "datum", "envoyé", "enviado", "inviato", "verzonden", "data",
    "fecha", "skickat", "sendt", "wysłano", "odesláno", "发送时间",
];
const TO: [&str; 9] = ["to", "an", "à", "para", "a", "aan", "till", "til", "收件人"];
const SUBJECT: [&str; 9] = [
    "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "主题",
];

/// Whether a line is a mail header field with one of these names, bold marks allowed.
fn is_field(line: &str, names: &[&str]) -> bool {
    let line = line.trim_start_matches('*');
    let Some((name, value)) = line.split_once([':', '：']) else {
        return false;
    };
    if name.len() > 24 || value.trim_matches(['*', ' ']).is_empty() {
        return false;
    }
    let name = name.trim_end_matches(['*', ' ', '\u{a0}']).to_lowercase();
    names.contains(&name.as_str())
}

fn is_original_message(line: &str) -> bool {
    const WORDS: [&str; 10] = [
        "original message", "original appointment", "ursprüngliche nachricht", "message d'origine",
        "message d’origine", "mensaje original", "messaggio originale", "oorspronkelijk bericht",
        "mensagem original", "originalnachricht",
    ];
    dashed(line).is_some_and(|inner| WORDS.contains(&inner.as_str()))
}

/// Forwarded content is what the mail is about: it stays visible.
fn is_forward(line: &str) -> bool {
    const WORDS: [&str; 6] = [
        "forwarded message", "weitergeleitete nachricht", "message transféré", "mensaje reenviado",
        "messaggio inoltrato", "doorgestuurd bericht",
    ];
    dashed(line).is_some_and(|inner| WORDS.contains(&inner.as_str()))
        || line == "Begin forwarded message:"
        || line == "Anfang der weitergeleiteten Nachricht:"
        || line == "Début du message réexpédié :"
}

/// The lower-case words between dashes: `-----Original Message-----`.
fn dashed(line: &str) -> Option<String> {
    if line.len() > 120 || !line.starts_with("--") || !line.ends_with("--") {
        return None;
    }
    let inner = line.trim_matches('-').trim();
    (!inner.is_empty()).then(|| inner.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{REPLY_SEPARATOR, split_quoted};
    use std::time::{Duration, Instant};

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
            let started = Instant::now();
            let _ = split_quoted(&text);
            let took = started.elapsed();
            println!("{unit:?}: {took:?}");
            assert!(took < Duration::from_secs(2), "{unit:?} {took:?}");
        }
    }
}
