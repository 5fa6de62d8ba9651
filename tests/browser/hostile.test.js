// A server that wants to be more than text in the report about it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { json, settled, start, stop, visit } from './browser.js';

before(start);
after(stop);

const report = json('hostile');

const open = async (page) => {
  await page.locator('details').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
  await settled(page);
  await page.locator('details').evaluateAll((all) => all.forEach((d) => { d.open = true; }));
  await settled(page);
};

test('the report holds what the server said', () => {
  assert.ok(report.server.title.includes('<script>'));
  assert.ok(report.trials.some((t) => t.verdict === 'fail'));
  assert.ok(JSON.stringify(report).includes('onerror='));
});

test('everything that a server says is text', async () => {
  await visit('hostile', {}, async (page) => {
    await open(page);
    const found = await page.evaluate(() => ({
      pwned: window.pwned,
      scripts: document.scripts.length,
      styles: document.querySelectorAll('style').length,
      others: document.querySelectorAll('img, svg, iframe, object, embed, base, textarea, #injected').length,
      handlers: [...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on'))).length,
      inline: document.querySelectorAll('[style]:not(html)').length,
    }));
    assert.deepEqual(found, { pwned: undefined, scripts: 2, styles: 1, others: 0, handlers: 0, inline: 0 });
    const title = await page.locator('h1').textContent();
    assert.ok(title.startsWith('</script></style></title></textarea><script>window.pwned = 1</script>'), title);
    assert.ok((await page.title()).includes('<script>'));
    const body = await page.locator('body').textContent();
    assert.ok(body.includes("<svg onload='window.pwned = 3'>"));
    assert.ok(body.includes('</pre><script>window.pwned=5</script>'));
  });
});

test('what does not show, or turns text around, is shown as a sign', async () => {
  await visit('hostile', {}, async (page) => {
    await open(page);
    const text = await page.locator('main').textContent();
    for (const sign of ['‹U+202E›gpj.exe', '‹U+2066›', '‹U+200B›', '‹U+FEFF›', '‹U+2028›end']) assert.ok(text.includes(sign), sign);
    const raw = await page.evaluate(() =>
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.exec(document.documentElement.textContent)?.[0]);
    assert.equal(raw && raw.codePointAt(0).toString(16), undefined);
  });
});

test('very long text neither widens the page nor hides the rest', async () => {
  for (const width of [1280, 360]) {
    await visit('hostile', { viewport: { width, height: 800 } }, async (page) => {
      await open(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} of ${width}`);
      assert.ok(await page.locator('#claim').isVisible());
    });
  }
});

test('the policy holds: no script, style, request or frame from within', async () => {
  await visit('hostile', { refusals: true }, async (page) => {
    const wanted = ['connect-src', 'img-src', 'frame-src', 'style-src-elem', 'style-src-attr', 'require-trusted-types-for'];
    const tried = await page.evaluate(async (wanted) => {
      const refused = [];
      document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
      const attempt = async (work) => { try { await work(); } catch { /* that is the point */ } };
      await attempt(() => fetch('https://evil.example/'));
      await attempt(() => { new Image().src = 'https://evil.example/x.png'; });
      await attempt(() => { document.body.innerHTML = '<b id=injected>'; });
      await attempt(() => { const style = document.createElement('style'); style.textContent = 'b{}'; document.head.append(style); });
      await attempt(() => { const b = document.createElement('b'); b.setAttribute('style', 'color:red'); document.body.append(b); });
      await attempt(() => { const frame = document.createElement('iframe'); frame.src = 'https://evil.example/'; document.body.append(frame); });
      await attempt(() => { const script = document.createElement('script'); script.append('window.pwned = 7'); document.head.append(script); });
      // the refusals are told in the browser's own time
      const end = Date.now() + 30_000;
      while (!wanted.every((one) => refused.includes(one)) && Date.now() < end) await new Promise((done) => setTimeout(done, 50));
      return { refused: [...new Set(refused)].sort(), pwned: window.pwned, injected: document.querySelector('#injected') };
    }, wanted);
    assert.equal(tried.pwned, undefined);
    assert.equal(tried.injected, null);
    for (const directive of wanted) {
      assert.ok(tried.refused.includes(directive), `${directive} in ${tried.refused}`);
    }
  });
});
