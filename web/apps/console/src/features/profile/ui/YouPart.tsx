import { answer, ifMatch } from "@helpdesk/api";
import { t } from "@helpdesk/i18n";
import { Banner, Button, ErrorState, errorText, fieldErrors, Skeleton, TextField, toast } from "@helpdesk/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, may, session, useMe } from "../../../app.ts";
import { type Me, meQuery } from "../../../shell/queries.ts";
import { roleName } from "../../../shell/words.ts";
import { rolesQuery } from "../../people/index.ts";
import { Availability } from "./Availability.tsx";
import { Picture } from "./Picture.tsx";

/** Who somebody is to others. */
export function YouPart() {
  const { data, error, refetch } = useQuery(meQuery);
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton rows={4} />;
  return (
    <div className="grid gap-8">
      <Picture me={data} />
      <NameForm key={data.name} me={data} />
      <Availability me={data} />
    </div>
  );
}

function NameForm({ me }: { me: Me }) {
  const { role } = useMe();
  const { data: roles } = useQuery({ ...rolesQuery, enabled: may("users:read") });
  const own = roles?.find(({ key }) => key === role);
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const call = api.PATCH("/api/v1/users/me/", { headers: ifMatch(me.version), body: { name: name.trim() } });
      client.setQueryData(meQuery.queryKey, await answer(call));
      await session.exchange();
      void client.invalidateQueries({ queryKey: ["people"] });
      toast(t("profile.saved"));
    } catch (failure) {
      setError(failure);
      void client.invalidateQueries(meQuery);
    } finally {
      setBusy(false);
    }
  };
  const beside = fieldErrors(error);
  return (
    <form noValidate onSubmit={submit} className="grid max-w-[420px] gap-4">
      <TextField
        isRequired
        label={t("profile.name")}
        hint={t("profile.name.hint")}
        maxLength={200}
        value={name}
        onChange={setName}
        error={beside.name}
      />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
        <dt className="text-ink-3">{t("profile.email")}</dt>
        <dd className="truncate" dir="ltr">
          {me.email}
        </dd>
        <dt className="text-ink-3">{t("profile.role")}</dt>
        <dd>
          <bdi>{own ? roleName(own) : role}</bdi>
        </dd>
      </dl>
      {error && !beside.name ? <Banner kind="error">{errorText(error)}</Banner> : null}
      <Button
        type="submit"
        look="primary"
        className="justify-self-start"
        isDisabled={isBusy || name.trim() === "" || name.trim() === me.name}
      >
        {t("profile.save")}
      </Button>
    </form>
  );
}
