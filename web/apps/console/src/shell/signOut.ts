import { answer } from "@helpdesk/api";
import { keymap } from "@helpdesk/commands";
import { setFormatting } from "@helpdesk/i18n";
import { errorText, look, toast } from "@helpdesk/ui";
import { api, session } from "../app.ts";
import { keptDraft } from "../features/newTicket/draft.ts";
import { forgetOwnDrafts, saveOwnDrafts } from "../features/tickets/composer/drafts.ts";
import { forgetLocale } from "./locale.ts";

/** Saves what was written on this browser only; how many drafts would be lost with the sign-out all the same. */
export async function lostBySignOut(): Promise<number> {
  const begun = session.person && keptDraft.exists(session.person.id) ? 1 : 0;
  return begun + (await saveOwnDrafts().catch(() => 0));
}

/** Ends the session on the server, with all others of the person if wished, then here, where nothing of the person stays. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  try {
    if (everywhere) await answer(api.DELETE("/api/v1/auth/sessions/"));
    await answer(api.POST("/api/v1/auth/logout/"));
  } catch (error) {
    toast(errorText(error), { kind: "failed" });
    return;
  }
  await forgetOwnDrafts().catch(() => undefined);
  session.end();
  await forgetWishes();
}

/** Whoever comes next finds the browser as new; what this person had set is kept by the server. */
async function forgetWishes(): Promise<void> {
  look.setTheme("system");
  look.setContrast("system");
  look.setDensity("normal");
  keymap.set({ single: true, keys: {} });
  setFormatting({});
  sessionStorage.clear();
  localStorage.clear();
  await forgetLocale();
}
