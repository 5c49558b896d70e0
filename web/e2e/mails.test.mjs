import { test } from "node:test";
import { axe, noSidewaysScroll, open, shot } from "./harness.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a mail goes the whole circle without a mail server", async () => {
  const { page, close } = await open({ role: "owner", path: "/mails" });
  await button(page, "Write as a customer").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("From").fill("ines.duarte@example.org");
  await dialog.getByLabel("Name").fill("Inês Duarte");
  await dialog.getByLabel("Subject").fill("The radiator in the hall stays cold");
  await dialog.getByLabel("Text").fill("Since yesterday. <script>window.hurt = 1</script>");
  await button(dialog, "Send").click();
  await dialog.getByText(/It became TK-/).waitFor();
  await button(dialog, "Close").click();
  await page
    .getByRole("link", { name: /ines\.duarte@example\.org/ })
    .first()
    .click();
  await page.getByText("We have received your request").first().waitFor();
  await axe(page);
  await shot(page, "mails");
  await page.getByLabel("Answer of ines.duarte@example.org").fill("It is warm again, thank you.");
  await button(page, "Answer").click();
  await page.getByText(/It was added to TK-/).waitFor();
  await page.getByRole("status").getByRole("link", { name: "Open the ticket" }).click();
  await page.getByText("It is warm again, thank you.").first().waitFor();
  await close();
});

test("mails on a phone: one pane, and the way back", async () => {
  const { page, close } = await open({ role: "owner", width: 320, height: 640, path: "/mails" });
  await page.getByRole("main").getByRole("listitem").first().getByRole("link").click();
  await noSidewaysScroll(page);
  await axe(page);
  await button(page, "Demo mails").click();
  await button(page, "Write as a customer").waitFor();
  await close();
});
