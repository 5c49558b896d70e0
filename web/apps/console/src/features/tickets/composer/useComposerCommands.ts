import { useCommands } from "@helpdesk/commands";
import { may } from "../../../app.ts";

type Given = { send: (status?: string) => Promise<void>; isReady: () => boolean };

/** Whether the keys belong to the message that is being written. */
const isWriting = () => document.activeElement?.closest("form")?.querySelector('[role="textbox"], textarea') != null;

export function useComposerCommands({ send, isReady }: Given): void {
  useCommands([
    {
      id: "composer.send",
      title: "tickets.command.send",
      scope: "composer",
      keys: ["Mod+Enter"],
      inText: true,
      isEnabled: () => isReady() && isWriting(),
      run: () => void send(),
    },
    {
      id: "composer.send-resolve",
      title: "tickets.command.send-resolve",
      scope: "composer",
      keys: ["Mod+Shift+Enter"],
      inText: true,
      isVisible: () => may("tickets:status"),
      isEnabled: () => isReady() && isWriting() && may("tickets:status"),
      run: () => void send("resolved"),
    },
  ]);
}
