import type { components } from "./schema.d.ts";

export type Person = components["schemas"]["Me"];

/** `starting` until the cookie was tried; `expired` while somebody who was signed in must sign in again. */
export type SessionState = "starting" | "out" | "in" | "expired";

type Signed = components["schemas"]["SignedIn"];

/** Seconds before its end at which an access token is exchanged. */
const early = 15;
const headers = { "Content-Type": "application/json", "X-Client": "web" };

/**
 * Who is signed in. The access token lies in memory only; the refresh token is a cookie that no script can read.
 * However many calls find the token too old, one of them exchanges it and the others wait.
 */
export class Session {
  person: Person | undefined;
  state: SessionState = "starting";
  #access: string | undefined;
  #until = 0;
  #exchange: Promise<boolean> | undefined;
  #listeners = new Set<() => void>();
  #waiting: (() => void)[] = [];

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes what a sign-in answered. */
  begin(signed: Signed): void {
    const isSame = this.person?.id === signed.user.id;
    this.#access = signed.access;
    this.#until = Date.now() + (signed.expires_in - early) * 1000;
    this.person = isSame && sameJson(this.person, signed.user) ? this.person : signed.user;
    this.#change("in");
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Forgets everything, here only. */
  end(): void {
    this.#access = undefined;
    this.person = undefined;
    this.#change("out");
  }

  /** Tries the cookie, once at the start. */
  async resume(): Promise<void> {
    if (!(await this.exchange())) this.#change("out");
  }

  /** A token that is good for the next seconds; undefined for calls that need none. */
  async token(): Promise<string | undefined> {
    if (this.#access && Date.now() >= this.#until) await this.exchange();
    return this.#access;
  }

  /** Exchanges the cookie for a new token; false when the session is over. Network trouble is thrown. */
  exchange(): Promise<boolean> {
    this.#exchange ??= this.#ask().finally(() => {
      this.#exchange = undefined;
    });
    return this.#exchange;
  }

  /** Asks for a new sign-in over the page as it is, and waits for it. */
  signedInAgain(): Promise<void> {
    if (this.state === "in") this.#change("expired");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #ask(): Promise<boolean> {
    const response = await fetch("/api/v1/auth/refresh/", { method: "POST", headers, body: "{}" });
    // Read in any case: an answer that nobody reads holds its connection.
    const answer = await response.text();
    if (response.ok) this.begin(JSON.parse(answer));
    else if (response.status >= 500 || response.status === 429) throw new TypeError("the session could not be renewed");
    return response.ok;
  }

  #change(state: SessionState) {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

const sameJson = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
