// Chromium as the tests use it: with WebGPU or without, and watched for what a page must never do.

import { chromium } from "playwright-core";
import assert from "node:assert/strict";

const executablePath = process.env.HOOKLENS_CHROMIUM ?? "/usr/bin/chromium";
const quiet = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const software_webgpu = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
];

/** The two ways the heatmap is drawn; a test of it runs in both. */
export const painters = [
  { name: "WebGPU", webgpu: true },
  { name: "2-D canvas", webgpu: false },
];

/** Starts Chromium; without `webgpu` it has no adapter. */
export function launch({ webgpu = false } = {}) {
  return chromium.launch({
    executablePath,
    // root, as in a container, may not have Chromium's sandbox
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...quiet, ...(webgpu ? software_webgpu : [])],
  });
}

/**
 * A page of a context of its own. `page.complaints` collects what a page must never do: errors, warnings about its
 * Content-Security-Policy, requests to another host; `clean` fails when there are any.
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin the only host it may ask
 */
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    baseURL: origin,
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) complaints.push(`foreign request: ${url}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return Object.assign(page, {
    complaints,
    clean: (...allowed) => {
      const left = complaints.filter((complaint) => !allowed.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(left, [], "the page complained");
    },
  });
}
