import { answer, type Bearer, createApi, type SessionState } from "@helpdesk/api";
import { useSyncExternalStore } from "react";

/**
 * The session of an operator. The API gives a token of some minutes and nothing to exchange it for, so who goes on
 * longer signs in again over the page as it is; a reload starts from the sign-in.
 */
class OperatorSession implements Bearer {
  state: SessionState = "out";
  #access: string | undefined;
  #listeners = new Set<() => void>();
  #waiting: (() => void)[] = [];

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin(access: string): void {
    this.#access = access;
    this.#change("in");
    for (const go of this.#waiting.splice(0)) go();
  }

  end(): void {
    this.#access = undefined;
    this.#change("out");
  }

  token = async () => this.#access;
  exchange = async () => false;

  signedInAgain(): Promise<void> {
    if (this.state === "in") this.#change("expired");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #change(state: SessionState) {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const operatorSession = new OperatorSession();
/** The API as the operator. */
export const operatorApi = createApi(operatorSession);
export const useOperatorState = () => useSyncExternalStore(operatorSession.subscribe, () => operatorSession.state);

export async function signInOperator(email: string, password: string): Promise<void> {
  const { access } = await answer(operatorApi.POST("/api/v1/platform/auth/login/", { body: { email, password } }));
  operatorSession.begin(access);
}

export async function signOutOperator(): Promise<void> {
  await answer(operatorApi.POST("/api/v1/platform/auth/logout/"));
  operatorSession.end();
}
