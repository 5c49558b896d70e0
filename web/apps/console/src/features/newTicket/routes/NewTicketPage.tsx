import { answer } from "@helpdesk/api";
import { useCommands } from "@helpdesk/commands";
import { t } from "@helpdesk/i18n";
import { Banner, Button, errorText, fieldErrors, Page, Select, TextField, toast } from "@helpdesk/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { type ClipboardEvent, type DragEvent, type FormEvent, useEffect, useRef, useState } from "react";
import { api, useMay, useMe } from "../../../app.ts";
import { FileTray } from "../../../shell/files/FileTray.tsx";
import { useUploads } from "../../../shell/files/useUploads.ts";
import { peopleQuery, teamsQuery } from "../../../shell/queries.ts";
import { ticketPath } from "../../../shell/TicketRows.tsx";
import { channelName } from "../../../shell/words.ts";
import { customerQuery } from "../../customers/index.ts";
import { priorities, priorityName } from "../../triage/index.ts";
import { type Draft, emptyDraft, keptDraft, toBody } from "../draft.ts";
import { AttachButton } from "../ui/AttachButton.tsx";
import { OpenTickets } from "../ui/OpenTickets.tsx";
import { RequesterField } from "../ui/RequesterField.tsx";

const route = getRouteApi("/shell/tickets/new");
/** Stands for "nobody" in a choice. */
const none = "none";
const types = ["question", "incident", "problem", "task"];
const channels = ["phone", "email", "web", "chat", "sms", "social"];

/** A ticket that staff makes for a customer: a call, a visit, a letter. */
export function NewTicketPage() {
  const me = useMe();
  const mayMake = useMay("customers:write");
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const [draft, setDraft] = useDraft(me.id);
  const set = <Name extends keyof Draft>(name: Name, value: Draft[Name]) =>
    setDraft((old) => ({ ...old, [name]: value }));
  const { uploads, add, cancel, cancelAll, retry } = useUploads(({ id, name, size }) =>
    setDraft((old) => ({ ...old, attachments: [...old.attachments, { id, name, size }] })),
  );
  const leave = useRef(cancelAll);
  useEffect(() => () => leave.current(), []);
  const create = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/tickets/", { body: toBody(draft) })),
    onSuccess: (ticket) => {
      keptDraft.drop();
      void client.invalidateQueries({ queryKey: ["tickets"] });
      void client.invalidateQueries({ queryKey: ["counts"] });
      void client.invalidateQueries({ queryKey: ["customers"] });
      toast(t("newTicket.created", { number: ticket.number }));
      void navigate({ to: ticketPath(ticket.number) });
    },
  });
  const needsAddress = draft.requester?.kind === "new" && draft.requester.email.trim() === "";
  const isUploading = uploads.some((upload) => !upload.error);
  const isReady = draft.subject.trim() !== "" && !needsAddress && !isUploading && !create.isPending;
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (isReady) create.mutate();
  };
  useCommands([
    {
      id: "newTicket.create",
      title: "commands.newTicket.create",
      scope: "composer",
      keys: ["Mod+Enter"],
      inText: true,
      isEnabled: () => isReady,
      run: submit,
    },
  ]);
  const takeFiles = (event: ClipboardEvent | DragEvent, files: FileList) => {
    if (files.length === 0) return;
    event.preventDefault();
    add(files);
  };
  const beside = fieldErrors(create.error);
  const known = draft.requester?.kind === "known" ? draft.requester.id : undefined;
  const discard = () => {
    const old = draft;
    keptDraft.drop();
    setDraft(emptyDraft);
    toast(t("newTicket.discarded"), { undo: () => setDraft(old) });
  };
  return (
    <Page title={t("newTicket.title")}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 wide:grid-cols-[minmax(0,680px)_minmax(0,360px)]">
        <form
          noValidate
          onSubmit={submit}
          onPaste={(event) => takeFiles(event, event.clipboardData.files)}
          onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
          onDrop={(event) => takeFiles(event, event.dataTransfer.files)}
          className="grid content-start gap-4"
        >
          <RequesterField
            requester={draft.requester}
            mayMake={mayMake}
            errors={{ customer: beside.customer, name: beside.customer_name, email: beside.customer_email }}
            onChange={(requester) => set("requester", requester)}
          />
          <TextField
            isRequired
            label={t("newTicket.subject")}
            maxLength={200}
            value={draft.subject}
            onChange={(subject) => set("subject", subject)}
            error={beside.subject}
          />
          <TextField
            rows={8}
            label={t("newTicket.description")}
            value={draft.description}
            onChange={(description) => set("description", description)}
            error={beside.description}
          />
          <div className="grid gap-1.5">
            <FileTray
              files={draft.attachments}
              uploads={uploads}
              onRemove={(id) =>
                setDraft((old) => ({ ...old, attachments: old.attachments.filter((file) => file.id !== id) }))
              }
              onCancel={cancel}
              onRetry={retry}
            />
            <AttachButton error={beside.attachments} onAdd={add} />
          </div>
          <Properties draft={draft} set={set} errors={beside} />
          {create.error && Object.keys(beside).length === 0 ? (
            <Banner kind="error">{errorText(create.error)}</Banner>
          ) : null}
          <div className="flex flex-wrap justify-end gap-2 border-t border-line pt-4">
            {draft === emptyDraft ? null : (
              <Button look="quiet" className="me-auto" onPress={discard}>
                {t("newTicket.discard")}
              </Button>
            )}
            <Button size="large" onPress={() => router.history.back()}>
              {t("ui.cancel")}
            </Button>
            <Button type="submit" size="large" look="primary" isDisabled={!isReady}>
              {t(isUploading ? "newTicket.waits" : "newTicket.create")}
            </Button>
          </div>
        </form>
        {known ? <OpenTickets customer={known} /> : null}
      </div>
    </Page>
  );
}

/** The draft of this tab; a customer that the address names takes the place of another. */
function useDraft(person: string) {
  const { customer: wanted } = route.useSearch();
  const [draft, setDraft] = useState(() => keptDraft.read(person));
  const { data: customer } = useQuery({ ...customerQuery(wanted ?? ""), enabled: Boolean(wanted) });
  const taken = useRef<string>(undefined);
  useEffect(() => {
    if (!customer || taken.current === customer.id) return;
    taken.current = customer.id;
    const { id, name, email } = customer;
    setDraft((old) => ({ ...old, requester: { kind: "known", id, name, email } }));
  }, [customer]);
  useEffect(() => {
    if (draft !== emptyDraft) keptDraft.write(person, draft);
  }, [draft, person]);
  return [draft, setDraft] as const;
}

type PropertiesProps = {
  draft: Draft;
  set: <Name extends keyof Draft>(name: Name, value: Draft[Name]) => void;
  errors: Record<string, string>;
};

function Properties({ draft, set, errors }: PropertiesProps) {
  const maySee = useMay("users:read");
  const mayAssign = useMay("tickets:assign");
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: maySee && mayAssign });
  const { data: people = [] } = useQuery({ ...peopleQuery, enabled: maySee && mayAssign });
  const nobody = { id: none, name: t("newTicket.nobody") };
  const active = people.filter((person) => person.status === "active");
  const choices = (keys: readonly string[], name: (key: string) => string) =>
    keys.map((id) => ({ id, name: name(id) }));
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Select
        label={t("newTicket.priority")}
        items={choices(priorities, priorityName)}
        value={draft.priority}
        onChange={(priority) => set("priority", priority)}
        error={errors.priority}
      />
      <Select
        label={t("newTicket.type")}
        items={choices(types, (type) => t(`newTicket.type.${type}`))}
        value={draft.type}
        onChange={(type) => set("type", type)}
        error={errors.type}
      />
      <Select
        label={t("newTicket.channel")}
        items={choices(channels, channelName)}
        value={draft.channel}
        onChange={(channel) => set("channel", channel)}
        error={errors.channel}
      />
      {maySee && mayAssign ? (
        <>
          <Select
            label={t("newTicket.team")}
            items={[nobody, ...teams.map(({ id, name }) => ({ id, name }))]}
            value={draft.team || none}
            onChange={(team) => set("team", team === none ? "" : team)}
            error={errors.team}
          />
          <Select
            label={t("newTicket.assignee")}
            items={[nobody, ...active.map(({ id, name }) => ({ id, name }))]}
            value={draft.assignee || none}
            onChange={(assignee) => set("assignee", assignee === none ? "" : assignee)}
            error={errors.assignee}
          />
        </>
      ) : null}
      <TextField
        label={t("newTicket.tags")}
        placeholder={t("newTicket.tags.hint")}
        value={draft.tags}
        onChange={(tags) => set("tags", tags)}
        error={errors.tags}
      />
    </div>
  );
}
