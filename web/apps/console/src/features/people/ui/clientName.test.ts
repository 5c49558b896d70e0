import { expect, test } from "vitest";
import { clientName } from "./clientName.ts";

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox 145, Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML) Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
    "Edge 156, Windows",
  ],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1", "Safari 19, iOS"],
  ["curl/8.5.0", "curl 8.5.0"],
  ["", undefined],
])("%s", (agent, name) => expect(clientName(agent)).toBe(name));
