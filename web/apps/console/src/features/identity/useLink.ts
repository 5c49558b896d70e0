import { t } from "@helpdesk/i18n";
import { errorText, fieldErrors } from "@helpdesk/ui";
import { useState } from "react";

/** What a one-time link is good for: its token stands where browsers never send it, and leaves the address once it was used. */
export function useLink(send: (token: string) => Promise<unknown>) {
  const [token] = useState(() => location.hash.slice(1));
  const [state, setState] = useState<"asking" | "sending" | "done">("asking");
  const [error, setError] = useState<unknown>();
  const { token: isRefused, ...beside } = fieldErrors(error);
  const follow = async () => {
    setState("sending");
    setError(undefined);
    try {
      await send(token);
      history.replaceState(history.state, "", location.pathname);
      setState("done");
    } catch (failure) {
      setError(failure);
      setState("asking");
    }
  };
  const sentence = () => {
    if (!token) return t("identity.link.incomplete");
    if (isRefused) return t("identity.link.over");
    return error && Object.keys(beside).length === 0 ? errorText(error) : undefined;
  };
  return { state, follow, beside, problem: sentence(), isOver: !token || isRefused !== undefined };
}
