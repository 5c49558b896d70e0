import { expect, test } from "vitest";
import { emptyDraft, keptDraft, newRequester, tagsOf, toBody } from "./draft.ts";

test("tags are told apart by commas and count once", () => {
  expect(tagsOf(" Heat, urgent visit,heat,, ")).toEqual(["heat", "urgent visit"]);
  expect(tagsOf("")).toEqual([]);
});

test("what was typed begins a new customer as an address or as a name", () => {
  expect(newRequester(" ana@example.com ")).toEqual({ kind: "new", name: "", email: "ana@example.com" });
  expect(newRequester("Ana Marín")).toEqual({ kind: "new", name: "Ana Marín", email: "" });
});

test("a known customer is told by id, a new one by address and name", () => {
  const known = toBody({ ...emptyDraft, requester: { kind: "known", id: "cus_1", name: "Ana", email: "a@b.example" } });
  expect(known).toMatchObject({ customer: "cus_1", priority: "medium", tags: [] });
  expect(known).not.toHaveProperty("customer_email");
  const made = toBody({
    ...emptyDraft,
    requester: { kind: "new", name: " Ana ", email: " a@b.example " },
    team: "team_1",
  });
  expect(made).toMatchObject({ customer_email: "a@b.example", customer_name: "Ana", team: "team_1" });
  expect(made).not.toHaveProperty("customer");
});

test("a draft is kept for its person only", () => {
  keptDraft.write("usr_1", { ...emptyDraft, subject: "Boiler" });
  expect(keptDraft.read("usr_1").subject).toBe("Boiler");
  expect(keptDraft.read("usr_2")).toEqual(emptyDraft);
  keptDraft.drop();
  expect(keptDraft.read("usr_1")).toEqual(emptyDraft);
});
