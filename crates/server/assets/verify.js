"use strict";
// The token is in the part of the address that browsers never send.
const token = location.hash.slice(1);
const element = (id) => document.getElementById(id);
const show = (text) => { element("form-error").textContent = text; };

async function send() {
  const answer = await fetch("/api/v1/auth/register/confirm/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (answer.ok) {
    history.replaceState(null, "", location.pathname);
    element("form").hidden = true;
    element("done").hidden = false;
    element("done").focus();
    return;
  }
  const problem = await answer.json().catch(() => ({}));
  const about = (problem.errors?.token ?? []).map((error) => error.message).join(" ");
  show(about || problem.detail || "That did not work; try again later.");
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  show("");
  const button = element("send");
  button.disabled = true;
  try {
    await send();
  } catch {
    show("The server does not answer; try again in a moment.");
  } finally {
    button.disabled = false;
  }
});

if (!token) {
  show("This link is incomplete: open it exactly as you received it.");
  element("send").disabled = true;
}
