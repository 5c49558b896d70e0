import { t } from "@helpdesk/i18n";
import { Button, Icon, Menu, MenuItem, MenuTrigger, StatusGlyph } from "@helpdesk/ui";
import { lazy, Suspense, useState } from "react";
import { useStatuses, useStatusName } from "../../triage/index.ts";
import type { Ticket } from "../api.ts";
import { editTicket } from "../edit.ts";

const ReasonDialog = lazy(() => import("./ReasonDialog.tsx"));

type Status = ReturnType<typeof useStatuses>[number];

/** The status, and where it can go from here. */
export function StatusMenu({ ticket }: { ticket: Ticket }) {
  const statuses = useStatuses();
  const statusName = useStatusName();
  const [asked, setAsked] = useState<Status>();
  const isDone = ["resolved", "closed"].includes(ticket.status_category);
  const offered = statuses.filter(
    (status) => status.key === ticket.status || status.category !== "closed" || isDone || status.key === "cancelled",
  );
  const move = (status: Status, reason?: string) => {
    const done = t("tickets.changed", { field: t("tickets.field.status"), value: status.name });
    const shown = { status: status.key, status_category: status.category };
    void editTicket(ticket.number, { status: status.key, ...(reason ? { reason } : {}) }, shown, done);
  };
  return (
    <>
      <MenuTrigger>
        <Button aria-label={t("tickets.status.is", { status: statusName(ticket.status) })} className="max-w-40">
          <StatusGlyph category={ticket.status_category} />
          <span className="truncate">{statusName(ticket.status)}</span>
          <Icon name="caret" className="size-3.5 text-ink-3" />
        </Button>
        <Menu
          aria-label={t("tickets.field.status")}
          placement="bottom end"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[ticket.status]}
          onAction={(key) => {
            const status = offered.find((one) => one.key === key);
            if (!status || status.key === ticket.status) return;
            if (status.category === "new") setAsked(status);
            else move(status);
          }}
        >
          {offered.map((status) => (
            <MenuItem key={status.key} id={status.key}>
              {status.name}
            </MenuItem>
          ))}
        </Menu>
      </MenuTrigger>
      {asked ? (
        <Suspense>
          <ReasonDialog
            title={t("tickets.reason.title", { status: asked.name })}
            action={t("tickets.reason.move")}
            onClose={() => setAsked(undefined)}
            onReason={(reason) => {
              setAsked(undefined);
              move(asked, reason);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
