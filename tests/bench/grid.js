// The attention grid in Chromium: how long from Run, and from a link, until every head is drawn, and how long a frame takes
// while the grid is panned; by WebGPU (in software where there is no GPU) and by the 2-D canvas.
//
//     oracle/bin/python tests/bench/checkpoint.py DIR/pythia-410m      a random model, 24 layers × 16 heads, 1.6 GB
//     node tests/bench/grid.js DIR pythia-410m [TOKENS, by default 64]
//
// Needs `make build`. A drawn grid is one whose canvas has had two frames since all layers came.

import { launch, open, painters } from "../browser/browser.js";
import { dataFolder, serve } from "../browser/server.js";

const [folder, model, tokens = "64"] = process.argv.slice(2);
const frames = 120;

/** An experiment over that many tokens, BOS included; the words differ, so that patterns do. */
function experiment(count, seed) {
  const words = [" the", " film", " was", " great", " and", " awful", " it", " a"];
  const text = Array.from({ length: count - 1 }, (_, i) => words[(i * i + seed + (i >> 3)) % words.length]).join("");
  // as the form asks: longer prompts come in coarser cells
  return { model, prompts: [{ text }], analysis: { kind: "attention", size: 64 } };
}

/** Waits in the page until all heads are drawn; milliseconds since `from`, on the page's clock. */
const drawn = (page, from) =>
  page.evaluate(
    (from) =>
      new Promise((resolve) => {
        const look = () => {
          const canvas = document.querySelector(".atlas canvas[data-renderer]");
          const done = document.querySelector('.status[data-status="done"]');
          if (!canvas || !done) return requestAnimationFrame(look);
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - from)));
        };
        look();
      }),
    from,
  );

/** Drags the zoomed grid about, one step a frame; milliseconds of each frame. */
const pan = (page) =>
  page.evaluate(async (frames) => {
    const surface = document.querySelector(".atlas .window");
    const { left, top } = surface.getBoundingClientRect();
    const fire = (type, x, y) =>
      surface.dispatchEvent(
        new PointerEvent(type, { pointerId: 1, buttons: 1, button: 0, clientX: left + x, clientY: top + y, bubbles: true }),
      );
    const frame = () => new Promise(requestAnimationFrame);
    surface.setPointerCapture = () => {};
    surface.focus();
    for (let i = 0; i < 4; i++) surface.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
    await frame();
    const times = [];
    fire("pointerdown", 300, 300);
    let before = await frame();
    for (let i = 0; i < frames; i++) {
      fire("pointermove", 300 + 90 * Math.sin(i / 9), 300 + 90 * Math.cos(i / 7));
      const now = await frame();
      times.push(now - before);
      before = now;
    }
    fire("pointerup", 300, 300);
    return times.sort((a, b) => a - b);
  }, frames);

const data = await dataFolder();
const server = await serve(data.path, 0, { options: ["--models", folder] });
try {
  for (const { name, webgpu } of painters) {
    const browser = await launch({ webgpu });
    const page = await open(browser, server.url);
    await page.goto("/");
    const report = { renderer: name };
    // the first run waits for the model, too
    for (const [i, what] of ["first", "second"].entries()) {
      const draft = experiment(Number(tokens), i + 2 * painters.findIndex((painter) => painter.name === name));
      const accepted = await page.evaluate(async (draft) => {
        const body = JSON.stringify(draft);
        const headers = { "content-type": "application/json" };
        const checked = await (await fetch("/api/check", { method: "POST", body, headers })).json();
        const from = performance.now();
        const run = await (await fetch("/api/runs", { method: "POST", body, headers })).json();
        if (!run.id) throw new Error(run.message);
        await (await fetch(`/api/runs/${run.id}/events`)).text();
        return { id: run.id, ms: performance.now() - from, tokens: checked.prompts[0].tokens.length };
      }, draft);
      report.tokens = accepted.tokens;
      report[`${what}, computed and sent as JSON`] = Math.round(accepted.ms);
      await page.goto(`/r/${accepted.id}`);
      report[`${what}, from a link to all heads drawn`] = Math.round(await drawn(page, 0));
    }
    const times = await pan(page);
    report["frame while panning, median"] = Number(times[frames >> 1].toFixed(1));
    report["frame while panning, 95th of 100"] = Number(times[Math.floor(frames * 0.95)].toFixed(1));
    report.drawnBy = await page.locator(".atlas canvas").getAttribute("data-renderer");
    console.log(JSON.stringify(report, null, 1));
    await browser.close();
  }
} finally {
  await server.kill();
  await data.remove();
}
