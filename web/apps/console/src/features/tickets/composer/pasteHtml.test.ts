import { expect, test } from "vitest";
import { pasteHtml } from "./pasteHtml.ts";

test("what a style says becomes a mark, and the style goes", () => {
  expect(pasteHtml('<b style="font-weight:normal"><span style="font-weight:700">heavy</span> light</b>')).toBe(
    "<strong>heavy</strong> light",
  );
  expect(pasteHtml("<span style='font-style: italic'>aside</span>")).toBe("<em>aside</em>");
  expect(pasteHtml('<em style="font-style:normal">plain</em>')).toBe("plain");
});

test("only what the editor reads is kept of the rest", () => {
  expect(pasteHtml('<a href="https://a.example" onclick="x()" class="c">a</a>')).toBe(
    '<a href="https://a.example">a</a>',
  );
  expect(pasteHtml("<style>p{}</style><p class=MsoNormal>text<!--[if gte mso 9]>x<![endif]--></p>")).toBe(
    "<p>text</p>",
  );
});
