// What the tests share: one Chromium, pages that note everything they should not do, and the reports.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const folder = process.env.REPORTS;
assert.ok(folder, 'REPORTS names the folder with the reports: run cargo test --test browser');

export const file = (name) => path.join(folder, name);
export const url = (name) => pathToFileURL(file(`${name}.html`)).href;
export const json = (name) => JSON.parse(readFileSync(file(`${name}.json`), 'utf8'));

/// The names of all elements of a page.
export const ids = async (name) => {
  let found;
  await visit(name, {}, async (page) => {
    found = await page.locator('[id]').evaluateAll((all) => all.map((element) => element.id));
  });
  return new Set(found);
};

/// Trials of a JSON report that fit, as the filters of the page understand it.
export const count = (report, fits) => report.trials.filter(fits).length;

let browser;
export const start = async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
};
export const stop = () => browser.close();

/// How long a busy machine may take for anything, in milliseconds.
const PATIENCE = 120_000;

/// Tries again until `check` throws nothing more: for what the browser does in its own time.
export const eventually = async (check) => {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
};

/// Runs a test on a page of its own. Afterwards the page must have asked for nothing but its file, opened no
/// dialog, and left nothing in the console but, where `refusals` are meant to come, what the policy refused.
export const visit = async (name, options, work) => {
  const { hash = '', refusals = false, ...more } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...more });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const trouble = [];
  page.on('console', (message) => {
    const expected = refusals && /Content Security Policy|TrustedHTML|TrustedScript/.test(message.text());
    if (!expected) trouble.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`error: ${error.stack}`));
  page.on('dialog', (dialog) => { trouble.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => {
    const asked = request.url();
    const known = asked.split('#')[0] === url(name) || asked.startsWith('data:');
    if (!known && !refusals) trouble.push(`request: ${asked.slice(0, 200)}`);
  });
  context.on('page', (other) => { if (other !== page) trouble.push(`window: ${other.url()}`); });
  try {
    await page.goto(url(name) + hash);
    await work(page, context);
    assert.deepEqual(trouble, []);
  } finally {
    await context.close();
  }
};

/// Waits until the page has laid out what a script changed.
export const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/// Waits until an element is in the visible part of the page, at least its first line.
export const inView = (locator, what = String(locator)) =>
  eventually(async () => assert.ok(await isInView(locator), `${what} is in view`));

const isInView = (locator) =>
  locator.evaluate((element) => {
    const { top, left, bottom, right, height, width } = element.getBoundingClientRect();
    const bar = parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--bar')) || 0;
    const covered = document.querySelector('.filters')?.getBoundingClientRect();
    const under = covered && covered.top <= 0 && covered.bottom > 0 ? bar : 0;
    return height > 0 && width > 0 && top >= under - 1 && top + Math.min(height, 15) <= innerHeight && left >= 0
      && right <= innerWidth + 1 && bottom > 0;
  });

/// Finds what hinders people who cannot see or point well. Looks at the first cases of each kind alone: the
/// others are built in the same way, and looking takes long.
export const hindrances = async (page) => {
  await page.evaluate(AXE);
  await page.evaluate(() => {
    const seen = {};
    for (const one of document.querySelectorAll('.case')) {
      const kind = one.querySelector('details').dataset.v;
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (seen[kind] > 6) one.remove();
    }
  });
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(' | ')}`);
};

/// The address of a page, as it itself knows it: what the driver knows comes later.
export const address = (page) => page.evaluate(() => location.href);

export const shownTrials = (page) =>
  page.locator('details.t').evaluateAll((all) => all.filter((t) => !t.hidden && !t.closest('.case').hidden).length);
