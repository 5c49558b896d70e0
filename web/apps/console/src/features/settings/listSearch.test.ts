import { expect, test } from "vitest";
import { listSearch } from "./listSearch.ts";

test("reads what it knows and leaves out the rest", () => {
  const read = listSearch("role");
  expect(read({ find: "ana", page: 3, role: "agent", other: 1 })).toEqual({ find: "ana", page: 3, role: "agent" });
  expect(read({ find: 4711, page: 1, role: "" })).toEqual({ find: "4711" });
  expect(read({ page: "x" })).toEqual({});
});
