import type { Message } from "../api.ts";

/** The newest public message that was there when somebody began to write. */
export const newestPublic = (messages: Message[]): number =>
  messages.findLast((message) => message.visibility === "public" && message.direction !== "system")?.seq ?? 0;

/** Public messages by others that came after it. */
export const answeredSince = (messages: Message[], seq: number, me: string): Message[] =>
  messages.filter(
    (message) =>
      message.seq > seq &&
      message.visibility === "public" &&
      message.direction !== "system" &&
      message.author.id !== me,
  );

const attached = /\b(?:attach(?:ed|ment|ments|ing)|anhang|angehängt|beigefügt|anbei)\b|مرفق/iu;

/** Whether a text speaks of a file; what it quotes does not count. */
export const speaksOfFile = (html: string): boolean =>
  attached.test(html.replace(/<blockquote>[\s\S]*<\/blockquote>/g, " ").replace(/<[^>]*>/g, " "));
