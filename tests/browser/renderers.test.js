// WebGPU and the 2-D canvas draw the same head map: they share grid, rounding and colours, and only a screen can show
// that the shader does with them what the canvas does.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, painters } from "./browser.js";
import { figure } from "./figures.js";
import { runMovieSentiment } from "./page.js";
import { dataFolder, serve } from "./server.js";

const looks = [
  { colorScheme: "light", deviceScaleFactor: 1 },
  { colorScheme: "dark", deviceScaleFactor: 2 },
];

let data, server, browsers;

before(async () => {
  data = await dataFolder();
  server = await serve(data.path);
  browsers = await Promise.all(painters.map(launch));
});
after(async () => {
  await Promise.all(browsers?.map((browser) => browser.close()) ?? []);
  await server?.kill();
  await data?.remove();
});

for (const look of looks) {
  test(`the renderers agree, ${look.colorScheme}, at ${look.deviceScaleFactor} device pixels`, async () => {
    const [gpu, canvas] = await Promise.all(browsers.map((browser) => pixels(browser, look)));
    assert.deepEqual([gpu.renderer, canvas.renderer], ["webgpu", "canvas"]);
    assert.deepEqual([gpu.width, gpu.height], [canvas.width, canvas.height]);
    const worst = gpu.values.reduce((most, value, i) => Math.max(most, Math.abs(value - canvas.values[i])), 0);
    // a value on the edge between two steps of the colour table may be rounded either way
    assert.ok(worst <= 3, `a channel differs by ${worst} of 255`);
    assert.ok(new Set(gpu.values).size > 12, "nothing is drawn");
  });
}

/** The head map of a new page: by which renderer, and what it looks like. */
async function pixels(browser, look) {
  const page = await open(browser, server.url, look);
  await page.goto("/");
  await runMovieSentiment(page);
  const canvas = figure(page, "head_attribution").locator("canvas").first();
  const renderer = await canvas.getAttribute("data-renderer");
  const picture = await shownBy(page, canvas);
  await page.context().close();
  return { renderer, ...picture };
}

test("when the GPU goes away, the 2-D canvas takes over", async () => {
  const [browser] = browsers;
  const page = await open(browser, server.url);
  await page.goto("/");
  await runMovieSentiment(page);
  const canvases = figure(page, "head_attribution").locator("canvas");
  assert.equal(await canvases.first().getAttribute("data-renderer"), "webgpu");
  const session = await browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess");
  await figure(page, "head_attribution").locator("canvas[data-renderer=canvas]").first().waitFor();
  const { values } = await shownBy(page, canvases.first());
  assert.ok(new Set(values).size > 12, "nothing is drawn");
  await page.context().close();
});

/** What the screen shows of a canvas, without the labels on it. */
async function shownBy(page, canvas) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => {
    for (const over of document.querySelectorAll(".head-map .lab, .heatmap .ring")) over.style.visibility = "hidden";
  });
  const png = (await canvas.screenshot()).toString("base64");
  return page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return { width: image.width, height: image.height, values: Array.from(data) };
  }, png);
}
