export { showTickets } from "./actions.ts";
export {
  priorities,
  priorityName,
  statusesQuery,
  statusName,
  useAllStatuses,
  useStatuses,
  useStatusName,
} from "./names.ts";
export { type Asked, useTriage } from "./useTriage.tsx";
