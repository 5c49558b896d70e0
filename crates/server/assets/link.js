"use strict";
// The forms behind one-time links. The token is in the part of the address that browsers never send.
const token = location.hash.slice(1);
const element = (id) => document.getElementById(id);
const kinds = {
  "set-password": {
    call: "/api/v1/auth/password/reset/confirm/",
    done: "Your password is set. You can sign in with it now.",
    body: () => ({ token, password: element("password").value }),
  },
  verify: {
    call: "/api/v1/auth/register/confirm/",
    done: "Your account is open. You can sign in with the password you chose.",
    body: () => ({ token }),
  },
};
const name = location.pathname.split("/")[1];
const kind = kinds[name];
const form = element(name);
const button = form.querySelector("button");

function show(place, text) {
  element(place + "-error").textContent = text;
  const field = element(place);
  if (!field) return;
  field.setAttribute("aria-invalid", text ? "true" : "false");
  if (text) field.focus();
}

/** What a person can see without asking the server. */
function mistake() {
  if (name !== "set-password") return undefined;
  if (!element("password").value) return ["password", "Choose a password."];
  if (element("password").value !== element("again").value) return ["again", "The two passwords differ."];
  return undefined;
}

const sentence = (problem, field) => (problem.errors?.[field] ?? []).map((error) => error.message).join(" ");

async function send() {
  const answer = await fetch(kind.call, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(kind.body()),
  });
  if (answer.ok) {
    history.replaceState(null, "", location.pathname);
    form.hidden = true;
    element("done").textContent = kind.done;
    element("done").hidden = false;
    element("done").focus();
    return;
  }
  const problem = await answer.json().catch(() => ({}));
  const about = sentence(problem, "password");
  if (about) show("password", about);
  show("form", sentence(problem, "token") || (about ? "" : problem.detail || "That did not work; try again later."));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const place of ["password", "again", "form"]) show(place, "");
  const found = mistake();
  if (found) return show(...found);
  button.disabled = true;
  try {
    await send();
  } catch {
    show("form", "The server does not answer; try again in a moment.");
  } finally {
    button.disabled = false;
  }
});

form.hidden = false;
document.title = form.querySelector("h1").textContent + " · Helpdesk";
if (!token) {
  show("form", "This link is incomplete: open it exactly as you received it.");
  button.disabled = true;
}
