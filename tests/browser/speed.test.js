// A report of 5,000 trials. How long things take is printed and not judged: the machine may be busy. What
// is wanted is a first contentful paint within 1,000 ms and a filter within 100 ms.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { file, inView, settled, start, stop, visit } from './browser.js';

before(start);
after(stop);

test('reports are small', (context) => {
  for (const name of ['clean', 'failing', 'large']) {
    const { size } = statSync(file(`${name}.html`));
    context.diagnostic(`${name}: ${(size / 1e6).toFixed(1)} MB`);
    assert.ok(size < 10e6, name);
  }
});

test('the first screen comes at once', async (context) => {
  for (const name of ['clean', 'large']) {
    const times = [];
    for (let n = 0; n < 3; n += 1) {
      await visit(name, {}, async (page) => {
        await settled(page);
        times.push(await page.evaluate(() =>
          performance.getEntriesByType('paint').find((e) => e.name === 'first-contentful-paint').startTime));
      });
    }
    context.diagnostic(`${name}: first contentful paint after ${times.map((t) => t.toFixed(0)).join(', ')} ms`);
    assert.equal(times.length, 3);
  }
});

test('filters answer at once', async (context) => {
  await visit('large', {}, async (page) => {
    const trials = await page.locator('details.t').count();
    assert.equal(trials, 5000);
    const { figures, counts } = await page.evaluate(async () => {
      const form = document.querySelector('.filters');
      const { elements } = form;
      const fail = form.querySelector('[value=fail]');
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const steps = {
        'only fail': () => { fail.checked = true; },
        'all again': () => { fail.checked = false; },
        'text': () => { elements.q.value = 'manifest'; },
        'more text': () => { elements.q.value = 'manifest 400'; },
        'no text': () => { elements.q.value = ''; },
        'section': () => { elements.section.value = '3.4'; },
        'no section': () => { elements.section.value = ''; },
        'endpoint': () => { elements.endpoint.value = 'objects'; },
        'no endpoint': () => { elements.endpoint.value = ''; },
      };
      const figures = {};
      const counts = {};
      for (let round = 0; round < 3; round += 1) {
        for (const [name, step] of Object.entries(steps)) {
          await frame();
          const start = performance.now();
          step();
          form.dispatchEvent(new Event('input', { bubbles: true }));
          // with the layout of what is now shown
          void document.body.offsetHeight;
          (figures[name] ??= []).push(performance.now() - start);
          counts[name] = elements.shown.value;
        }
      }
      return { figures, counts };
    });
    for (const all of ['all again', 'no text', 'no section', 'no endpoint']) assert.equal(counts[all], `${trials} trials`, all);
    for (const some of ['only fail', 'text', 'more text', 'section', 'endpoint']) {
      assert.match(counts[some], new RegExp(`^[1-9]\\d* of ${trials} trials$`), some);
    }
    for (const [name, times] of Object.entries(figures)) {
      context.diagnostic(`${name}: ${times.map((t) => t.toFixed(0)).join(', ')} ms`);
    }
  });
});

test('a trial far down in a large report opens at once', async (context) => {
  await visit('large', {}, async (page) => {
    const id = await page.locator('details.t .d').last().getAttribute('id');
    const time = await page.evaluate((id) => {
      const start = performance.now();
      location.hash = id;
      return new Promise((done) => addEventListener('hashchange', () => {
        void document.body.offsetHeight;
        done(performance.now() - start);
      }, { once: true }));
    }, id);
    assert.equal(await page.locator('details.t[open]').count(), 1);
    await inView(page.locator('details.t[open] > summary'));
    context.diagnostic(`${time.toFixed(0)} ms`);
  });
});
