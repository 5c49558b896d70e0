import { expect, test } from "vitest";
import type { Message, Ticket } from "../api.ts";
import { addressesIn, difference, recipientsOf } from "./recipients.ts";

const ticket = { customer: { email: "marta@example.com" } } as Ticket;
const message = (visibility: string, cc: string[]) => ({ visibility, direction: "in", cc }) as Message;

test("an answer goes to the customer and to who had a copy of the newest public message", () => {
  const messages = [
    message("public", ["old@example.com"]),
    message("public", ["luis@example.com", "marta@example.com"]),
    message("internal", []),
  ];
  expect(recipientsOf(ticket, messages)).toEqual({ to: ["marta@example.com"], cc: ["luis@example.com"] });
  expect(recipientsOf({ customer: null } as Ticket, [])).toEqual({ to: [], cc: [] });
});

test("the difference counts who was added and who was dropped, wherever they stand", () => {
  const before = { to: ["a@x"], cc: ["b@x"] };
  expect(difference(before, { to: ["b@x"], cc: ["a@x"] })).toEqual({ added: 0, dropped: 0 });
  expect(difference(before, { to: ["a@x", "c@x"], cc: [] })).toEqual({ added: 1, dropped: 1 });
});

test("addresses are found in what people paste", () => {
  expect(addressesIn('"Ana M" <Ana@Example.com>; luis@example.com, luis@example.com')).toEqual({
    good: ["ana@example.com", "luis@example.com"],
    rest: "",
  });
  expect(addressesIn("not an address")).toEqual({ good: [], rest: "not an address" });
});
