// Who reads a report: with a keyboard, a screen reader, a phone, without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { count, eventually, hindrances, ids, inView, json, settled, start, stop, visit } from './browser.js';

before(start);
after(stop);

const failing = json('failing');

test('nothing hinders a reader, in either scheme', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const name of colorScheme === 'light' ? ['reader', 'failing', 'hostile'] : ['failing']) {
      await visit(name, { colorScheme }, async (page) => {
        // with everything open that a reader may open
        await page.locator('#requirements details, #features details, .collections').evaluateAll((all) =>
          all.forEach((d) => { d.open = true; }));
        for (const verdict of ['fail', 'warn', 'inconclusive', 'pass']) {
          const trial = page.locator(`details.t[data-v=${verdict}]`).first();
          if (await trial.count()) await trial.locator('summary').first().click();
        }
        await page.locator('details.t[open] .x:not([open]) > summary').first().click();
        await settled(page);
        assert.deepEqual(await hindrances(page), [], `${name}, ${colorScheme}`);
      });
    }
  }
});

test('nothing hinders a reader of a comparison, and its links lead into the reports', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await visit('matrix', { colorScheme }, async (page) => {
      await page.locator('details').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
      assert.deepEqual(await hindrances(page), [], colorScheme);
      const links = await page.locator('a[href^="failing.html#"]').evaluateAll((all) => all.map((a) => a.hash.slice(1)));
      assert.ok(links.length > 0);
      const targets = await ids('failing');
      assert.deepEqual(links.filter((id) => !targets.has(id) && !targets.has(decodeURIComponent(id))), []);
    });
  }
});

test('a keyboard is enough', async () => {
  await visit('failing', {}, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim().slice(0, 60));
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the trials');
    await page.keyboard.press('Enter');
    await settled(page);
    await inView(page.getByRole('heading', { name: 'Trials', exact: true }));
    const box = page.getByRole('searchbox');
    for (let n = 0; n < 12 && !(await box.evaluate((b) => b === document.activeElement)); n += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type(failing.summary.failed[0]);
    const summary = page.locator('details.t:visible > summary').first();
    for (let n = 0; n < 8 && !(await summary.evaluate((s) => s === document.activeElement)); n += 1) {
      await page.keyboard.press('Tab');
    }
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', 'the focus shows');
    await page.keyboard.press('Enter');
    await settled(page);
    assert.equal(await page.locator('details.t[open]').count(), 1);
    for (let n = 0; n < 8 && (await page.evaluate(() => document.activeElement.textContent)) !== 'Copy'; n += 1) {
      await page.keyboard.press('Tab');
    }
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Copy the command');
  });
});

test('landmarks and headings tell what is where', async () => {
  await visit('failing', {}, async (page) => {
    for (const role of ['banner', 'main', 'contentinfo', 'search']) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    for (const name of ['Requirements', 'Options and readings', 'Clean-up and notes', 'Trials']) {
      assert.equal(await page.getByRole('region', { name, exact: true }).count(), 1, name);
    }
    const levels = await page.locator('h1, h2, h3, h4').evaluateAll((all) => all.map((h) => Number(h.tagName[1])));
    assert.equal(levels.filter((l) => l === 1).length, 1);
    assert.ok(levels.every((l, at) => at === 0 || l <= levels[at - 1] + 1), 'no level is left out');
    // a verdict is a word, and its shape is not read out
    const summary = page.locator('details.t[data-v=fail] > summary').first();
    assert.match(await summary.ariaSnapshot(), /fail/);
    assert.doesNotMatch(await summary.ariaSnapshot(), /✗/);
  });
});

test('it can be read without scripts', async () => {
  await visit('failing', { javaScriptEnabled: false }, async (page) => {
    assert.ok(await page.locator('#claim').isVisible());
    assert.equal(await page.locator('.filters').isVisible(), false);
    assert.equal(await page.locator('.scheme').isVisible(), false);
    assert.equal(await page.locator('button').count(), 1, 'no button that does nothing, but that of the hidden form');
    const id = failing.summary.failed[0];
    await page.locator('.broken').first().getByRole('link', { name: id }).click();
    const trial = page.locator('details.t[open]');
    await eventually(async () => assert.equal(await trial.count(), 1, 'a link opens what it leads to'));
    assert.ok(await trial.locator('pre.curl').first().isVisible());
    const passed = page.locator('details.t[data-v=pass]').first();
    await passed.locator('summary').first().click();
    assert.match(await passed.locator('.xs').innerText(), /GET|POST|PUT|DELETE/);
    assert.equal(await page.locator('details.t').count(), failing.trials.length);
  });
});

test('it fits a phone', async () => {
  for (const name of ['clean', 'failing']) {
    await visit(name, { viewport: { width: 360, height: 740 } }, async (page) => {
      const trial = page.locator('details.t').first();
      await trial.locator('summary').first().click();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${name} is ${width} wide`);
    });
  }
});

test('counts on the page are those of the JSON report', async () => {
  await visit('failing', {}, async (page) => {
    for (const verdict of ['pass', 'warn', 'fail', 'inconclusive', 'skip', 'error']) {
      const shown = await page.locator(`details.t[data-v=${verdict}]`).count();
      assert.equal(shown, count(failing, (t) => t.verdict === verdict), verdict);
    }
    const rows = await page.locator('#requirements tbody tr[id]').count();
    const ids = new Set(failing.trials.flatMap((t) => [...t.requirements, ...t.findings.map((f) => f.requirement)]));
    assert.equal(rows, ids.size);
    const left = await page.locator('#left li').count();
    assert.equal(left, failing.cleanup.left.length);
  });
});
