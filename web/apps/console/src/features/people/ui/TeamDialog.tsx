import { t } from "@helpdesk/i18n";
import { TextField, toast } from "@helpdesk/ui";
import { FormDialog, useForm } from "../../settings/index.ts";
import { changeTeam, createTeam, type Person, type Team } from "../api.ts";
import { MembersField } from "./MembersField.tsx";

/** A team that exists, or a new one. */
export function TeamDialog({ team, staff, onClose }: { team?: Team; staff: Person[]; onClose: () => void }) {
  const form = useForm({
    saved: { name: team?.name ?? "", members: team?.members ?? [] },
    save: (values, changed) => (team ? changeTeam(team.id, changed) : createTeam(values)),
    refresh: ["teams", "users"],
  });
  return (
    <FormDialog
      title={t(team ? "people.team.edit" : "people.team.new")}
      action={t(team ? "people.team.save" : "people.team.create")}
      form={form}
      onClose={onClose}
      onSaved={() => toast(t("people.team.saved", { name: form.values.name }))}
    >
      <TextField autoFocus isRequired label={t("people.name")} {...form.field("name")} />
      <MembersField staff={staff} {...form.field("members")} />
    </FormDialog>
  );
}
