// What most files of tests begin with: a server of their own, a browser, and a page at the start.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { launch, open } from "./browser.js";
import { dataFolder, serve } from "./server.js";

/**
 * Call it in a `describe`: before its tests there are a data folder, a server, a browser and a page, of which `ready` is
 * told; after them they are gone.
 * @param {(stage: {data: object, server: object, browser: object, page: object}) => unknown} ready
 * @param {object} painter how heatmaps are drawn, see `painters`
 * @param {object} serving how the server is started, see `serve`
 */
export function stage(ready, painter = {}, serving = {}) {
  let data, server, browser;
  before(async () => {
    data = await dataFolder();
    server = await serve(data.path, 0, serving);
    browser = await launch(painter);
    const page = await open(browser, server.url);
    await page.goto("/");
    await ready({ data, server, browser, page });
  });
  after(async () => {
    await browser?.close();
    await server?.kill();
    await data?.remove();
  });
}

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on a page that is not accessible. */
export async function violations(page) {
  await page.evaluate(await axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((n) => n.html).join(" ")}`);
}
