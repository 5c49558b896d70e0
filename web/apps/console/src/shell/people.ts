import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { may } from "../app.ts";
import { peopleQuery } from "./queries.ts";

/** Gives the name for an id of the staff, and nothing for one that is not known. */
export function usePersonName(): (id: string) => string {
  const { data } = useQuery({ ...peopleQuery, enabled: may("users:read") });
  return useCallback((id) => data?.find((person) => person.id === id)?.name ?? "", [data]);
}
