import { answer } from "@helpdesk/api";
import { errorText, toast } from "@helpdesk/ui";
import { api, session } from "../app.ts";

/** Ends the session on the server, then here. */
export async function signOut(): Promise<void> {
  try {
    await answer(api.POST("/api/v1/auth/logout/"));
    session.end();
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
  }
}

/** Ends this session and all others of the person. */
export async function signOutEverywhere(): Promise<void> {
  try {
    await answer(api.DELETE("/api/v1/auth/sessions/"));
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
    return;
  }
  await signOut();
}
