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
    /// Which mail header field each line looks like.
    fields: Vec<Option<Field>>,
    /// Number of the last line that is neither blank nor quoted.
    last_plain: Option<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
        let last_plain = lines.iter().rposition(|line| !line.is_empty() && !line.starts_with('>'));
        let fields = lines.iter().map(|line| field(line)).collect();
        Self { text, lines, fields, last_plain }
    }

    fn get(&self, index: usize) -> &'a str {
        self.lines.get(index).copied().unwrap_or("")
    }

    fn field(&self, index: usize) -> Option<Field> {
        self.fields.get(index).copied().flatten()
    }

    fn offset(&self, line: usize) -> usize {
        self.text.split_inclusive('\n').take(line).map(str::len).sum()
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
            return self.next_full(index + 1).is_some_and(|next| self.field(next) == Some(Field::From));
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
        if self.field(index) != Some(Field::From) {
            return false;
        }
        let (mut dates, mut others) = (0, 0);
        for next in index + 1..index + 7 {
            match self.field(next) {
                Some(Field::Sent) => dates += 1,
                Some(Field::To | Field::Subject) => others += 1,
                _ => {}
            }
        }
        dates > 0 && others > 0 || others > 1
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    From,
    Sent,
    To,
    Subject,
}

const INTRODUCTIONS: [&str; 22] = [
    "On ",
    "Am ",
    "Le ",
    "El ",
    "Il ",
    "Op ",
    "Den ",
    "Em ",
    "W dniu ",
    "Dnia ",
    "Dne ",
    "På ",
    "Pe ",
    "Vào ",
    "Pada ",
    "A ",
    "Στις ",
    "В ",
    "Від ",
    "Il giorno ",
    "Em ter",
    "*On ",
];

const VERBS: [&str; 22] = [
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "schreef",
    "skrev",
    "napisał",
    "escreveu",
    "napsal",
    "kirjoitti",
    "yazdı",
    "wrote",
    "пишет",
    "написал",
    "писав",
    "έγραψε",
    "a scris",
    "írta",
    "寫道",
    "写道",
    "のメッセージ",
];

const FROM: [&str; 9] = ["from", "von", "de", "da", "van", "från", "fra", "od", "发件人"];
const SENT: [&str; 15] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "enviado",
    "inviato",
    "verzonden",
    "data",
    "fecha",
    "skickat",
    "sendt",
    "wysłano",
    "odesláno",
    "发送时间",
];
const TO: [&str; 9] = ["to", "an", "à", "para", "a", "aan", "till", "til", "收件人"];
const SUBJECT: [&str; 9] = ["subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "主题"];

/// The mail header field a line looks like, bold marks allowed.
fn field(line: &str) -> Option<Field> {
    let line = line.trim_start_matches('*');
    let (name, value) = line.split_once([':', '：'])?;
    if name.len() > 24 || value.trim_matches(['*', ' ']).is_empty() {
        return None;
    }
    let name = name.trim_end_matches(['*', ' ', '\u{a0}']).to_lowercase();
    [
        (Field::From, FROM.as_slice()),
        (Field::Sent, SENT.as_slice()),
        (Field::To, TO.as_slice()),
        (Field::Subject, SUBJECT.as_slice()),
    ]
    .into_iter()
    .find(|(_, names)| names.contains(&name.as_str()))
    .map(|(field, _)| field)
}

fn is_original_message(line: &str) -> bool {
    const WORDS: [&str; 10] = [
        "original message",
        "original appointment",
        "ursprüngliche nachricht",
        "message d'origine",
        "message d’origine",
        "mensaje original",
        "messaggio originale",
        "oorspronkelijk bericht",
        "mensagem original",
        "originalnachricht",
    ];
    dashed(line).is_some_and(|inner| WORDS.contains(&inner.as_str()))
}

/// Forwarded content is what the mail is about: it stays visible.
fn is_forward(line: &str) -> bool {
    const WORDS: [&str; 6] = [
        "forwarded message",
        "weitergeleitete nachricht",
        "message transféré",
        "mensaje reenviado",
        "messaggio inoltrato",
        "doorgestuurd bericht",
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
mod tests;
