"use strict";
// The token is in the part of the address that browsers never send.
const token = location.hash.slice(1);
const element = (id) => document.getElementById(id);
const fields = { password: element("password"), again: element("again") };

function show(name, text) {
  element(name + "-error").textContent = text;
  const field = fields[name];
  if (field) field.setAttribute("aria-invalid", text ? "true" : "false");
}

function clear() {
  for (const name of ["password", "again", "form"]) show(name, "");
}

const sentence = (problem, name) => (problem.errors?.[name] ?? []).map((error) => error.message).join(" ");

async function send(password) {
  const answer = await fetch("/api/v1/auth/password/reset/confirm/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, password }),
  });
  if (answer.ok) {
    history.replaceState(null, "", location.pathname);
    element("form").hidden = true;
    element("done").hidden = false;
    element("done").focus();
    return;
  }
  const problem = await answer.json().catch(() => ({}));
  const about = sentence(problem, "password");
  show("password", about);
  show("form", sentence(problem, "token") || (about ? "" : problem.detail || "That did not work; try again later."));
  if (about) fields.password.focus();
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  const password = fields.password.value;
  if (!password) {
    show("password", "Choose a password.");
    fields.password.focus();
    return;
  }
  if (password !== fields.again.value) {
    show("again", "The two passwords differ.");
    fields.again.focus();
    return;
  }
  const button = element("send");
  button.disabled = true;
  try {
    await send(password);
  } catch {
    show("form", "The server does not answer; try again in a moment.");
  } finally {
    button.disabled = false;
  }
});

if (!token) {
  show("form", "This link is incomplete: open it exactly as you received it.");
  element("send").disabled = true;
}
