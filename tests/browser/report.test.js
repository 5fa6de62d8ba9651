// What a reader does with a report: filter, search, link, copy, choose colours, print.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { address, count, eventually, file, inView, json, settled, shownTrials, start, stop, url, visit } from './browser.js';

before(start);
after(stop);

const failing = json('failing');
const broken = failing.summary.failed;

test('the first screen says what a reader has to know', async () => {
  await visit('failing', { viewport: { width: 1440, height: 900 } }, async (page) => {
    const first = page.locator('#result');
    assert.equal(await page.locator('h1').textContent(), failing.server.title);
    assert.equal(await first.locator('h2').textContent(), `Breaks ${broken.length} requirements`);
    for (const heading of ['Broken', 'What was tested', 'Not judged']) {
      await inView(first.getByRole('heading', { name: heading, exact: true }), heading);
    }
    for (const caption of ['Requirements by section of the standard', 'Trials by verdict and level']) {
      await inView(first.getByRole('table', { name: caption }), caption);
    }
    const listed = await first.locator('.broken').first().locator('li > :first-child').allTextContents();
    assert.deepEqual(listed, broken);
    const facts = await first.locator('.facts').first().innerText();
    for (const fact of [failing.server.url, failing.suite.version, failing.suite.cases, String(failing.suite.seed)]) {
      assert.ok(facts.includes(fact), `${fact} in ${facts}`);
    }
    for (const [verdict, number] of Object.entries(failing.summary.verdicts).filter(([, n]) => n > 0)) {
      const row = first.getByRole('table', { name: 'Trials by verdict' }).getByRole('row', { name: verdict });
      assert.equal(await row.getByRole('cell').last().textContent(), String(number), verdict);
    }
    for (const [id, help] of Object.entries(failing.summary.inconclusive)) {
      const group = first.locator('.open li').filter({ hasText: id });
      assert.ok((await group.textContent()).includes(help), `${id}: ${help}`);
    }
  });
  const reader = json('reader');
  await visit('reader', {}, async (page) => {
    // whoever may not write gets a claim that says what it leaves out
    const asked = new Set(reader.trials.filter((t) => t.verdict !== 'skip').flatMap((t) => t.requirements));
    const left = new Set(reader.trials.flatMap((t) => t.requirements).filter((id) => !asked.has(id)));
    assert.ok(left.size > 5);
    assert.ok((await page.locator('.numbers').textContent()).includes(`${left.size} left out`));
    const listed = await page.getByRole('heading', { name: 'Left out' }).locator('~ ul').first().locator('a').allTextContents();
    assert.deepEqual(new Set(listed), left);
    await inView(page.getByRole('table', { name: 'Trials by verdict' }).getByText('skip'));
  });
  await visit('clean', {}, async (page) => {
    assert.equal(await page.locator('#claim').textContent(), 'Meets every MUST that could be judged.');
  });
});

test('two clicks lead from a requirement to the request that breaks it', async () => {
  for (const id of broken) {
    await visit('failing', {}, async (page) => {
      let clicks = 0;
      const click = async (locator) => { clicks += 1; await locator.click(); await settled(page); };
      await click(page.locator('.broken').first().getByRole('link', { name: id }));
      const trial = page.locator('details.t[open]');
      assert.equal(await trial.count(), 1, id);
      assert.equal(await trial.getAttribute('data-v'), 'fail');
      assert.ok((await trial.locator('.rq').allTextContents()).some((text) => text.startsWith(id)), id);
      // the finding names its exchange, and goes there, wherever it is
      const link = trial.getByRole('link', { name: /^exchange \d+$/ }).first();
      const number = (await link.textContent()).split(' ')[1];
      await click(link);
      assert.equal(clicks, 2);
      const command = trial.locator(`.xs > li[value="${number}"] pre.curl`);
      await inView(command, `the command for ${id}`);
      const known = failing.trials.filter((t) => t.verdict === 'fail' && t.requirements.includes(id));
      const commands = known.flatMap((t) => t.findings.map((f) => t.exchanges[f.exchange]?.curl));
      assert.ok(commands.includes(await command.textContent()), `the command for ${id} is that of the report`);
    });
  }
});

test('each filter shows the trials that it names', async () => {
  await visit('failing', { hash: '#trials' }, async (page) => {
    const form = page.getByRole('search', { name: 'Trials' });
    const total = failing.trials.length;
    const expect = async (number, what) => {
      assert.equal(await shownTrials(page), number, what);
      const said = number === total ? `${total} trials` : `${number} of ${total} trials`;
      assert.equal(await form.getByRole('status').textContent(), said, what);
    };
    const clear = async () => { await form.getByRole('button', { name: 'Clear' }).click(); };
    await expect(total, 'all');
    const verdicts = Object.entries(failing.summary.verdicts).filter(([, n]) => n > 0).map(([verdict]) => verdict);
    assert.ok(verdicts.length > 2);
    for (const verdict of verdicts) {
      await form.getByRole('checkbox', { name: verdict }).check();
      await expect(count(failing, (t) => t.verdict === verdict), verdict);
      await clear();
    }
    await form.getByRole('checkbox', { name: 'inconclusive' }).check();
    await form.getByRole('checkbox', { name: 'fail' }).check();
    await expect(count(failing, (t) => ['inconclusive', 'fail'].includes(t.verdict)), 'one of two verdicts');
    await clear();
    for (const [level, word] of [['must', 'MUST'], ['derived', 'derived'], ['should', 'SHOULD'], ['may', 'MAY']]) {
      await form.getByLabel('Level', { exact: true }).selectOption(word);
      await expect(count(failing, (t) => t.level === level), level);
    }
    await clear();
    const ids = await page.locator('#s-3\\.5 tbody th').allTextContents();
    assert.ok(ids.includes('T21-3.5-01'));
    const about = (t) => t.requirements.some((id) => ids.includes(id));
    await form.getByLabel('Section', { exact: true }).selectOption('3.5');
    await expect(count(failing, about), 'section');
    await form.getByRole('checkbox', { name: 'pass' }).check();
    await expect(count(failing, (t) => t.verdict === 'pass' && about(t)), 'section and verdict');
    await clear();
    await form.getByLabel('Endpoint', { exact: true }).selectOption('manifest');
    const named = failing.trials.filter((t) => t.id.includes('endpoint=manifest'));
    assert.ok(named.length > 10);
    const shown = await page.locator('details.t').evaluateAll((all) =>
      all.filter((t) => !t.hidden && !t.closest('.case').hidden).map((t) => t.querySelector('.d').id));
    assert.ok(named.filter((t) => /^[\x21-\x7e]+$/.test(t.id)).slice(0, 10).every((t) => shown.some((s) => s.startsWith(t.case))));
    assert.ok(shown.every((id) => !/endpoint=(?!manifest)/.test(id)), 'no trial of another endpoint');
    await clear();
    await expect(total, 'cleared');
  });
});

test('the search finds requirements, trials, messages and requests', async () => {
  await visit('failing', { hash: '#trials' }, async (page) => {
    const box = page.getByRole('searchbox', { name: 'Text' });
    const failed = failing.trials.find((t) => t.verdict === 'fail');
    for (const text of [broken[0], failed.case.toUpperCase(), failed.findings[0].message, failed.exchanges[0].request.url]) {
      await box.fill(text);
      assert.ok(await page.locator(`details.t[data-v=fail]:visible`).first().isVisible(), text);
      assert.ok((await shownTrials(page)) < failing.trials.length, text);
    }
    await box.fill('no such thing anywhere');
    assert.equal(await shownTrials(page), 0);
    assert.ok(await page.getByText('No trial is like that.').isVisible());
    await box.fill('manifest 400');
    const both = await page.locator('details.t:visible').evaluateAll((all) =>
      all.map((t) => {
        // the words of its requirements stand in their table
        const words = t.dataset.r.split('|').map((id) => id + document.getElementById(id).textContent);
        const title = t.closest('.case').querySelector('h3').textContent;
        return [title, t.querySelector('.d').id, t.textContent, ...words].join(' ').toLowerCase();
      }));
    assert.ok(both.length > 0);
    for (const text of both) assert.ok(text.includes('manifest') && text.includes('400'), text.slice(0, 300));
  });
});

test('the URL keeps the filters, and brings them back', async () => {
  await visit('failing', {}, async (page) => {
    await page.getByRole('checkbox', { name: 'fail' }).check();
    await page.getByLabel('Section', { exact: true }).selectOption('3.2');
    await page.getByRole('searchbox').fill('date added');
    const shown = await shownTrials(page);
    assert.match(await address(page), /#verdict=fail&section=3\.2&q=date\+added$/);
    await page.reload();
    assert.equal(await shownTrials(page), shown);
    assert.ok(await page.getByRole('checkbox', { name: 'fail' }).isChecked());
    assert.equal(await page.getByRole('searchbox').inputValue(), 'date added');
    await page.locator('details.t:visible').first().locator('summary').first().click();
    assert.match(await address(page), /&trial=/);
    await page.reload();
    await settled(page);
    await eventually(async () => assert.equal(await page.locator('details.t[open]').count(), 1));
    assert.equal(await shownTrials(page), shown);
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await address(page), url('failing'));
  });
  await visit('failing', {}, async (page) => {
    const table = page.getByRole('table', { name: 'Trials by verdict' });
    await table.getByRole('row', { name: 'inconclusive' }).getByRole('link').last().click();
    const open = count(failing, (t) => t.verdict === 'inconclusive');
    assert.ok(open > 0);
    await eventually(async () => assert.equal(await shownTrials(page), open));
    await inView(page.getByRole('heading', { name: 'Trials', exact: true }));
    await page.goBack();
    await eventually(async () => assert.equal(await shownTrials(page), failing.trials.length, 'back means without filters'));
  });
});

test('a link to a trial opens it and goes there', async () => {
  const wanted = failing.trials.filter((t) => /^[\x21-\x7e]+$/.test(t.id) && !/[<>"'%&#^|\\`]/.test(t.id));
  const passed = wanted.filter((t) => t.verdict === 'pass').at(-1);
  const failed = wanted.filter((t) => t.verdict === 'fail').at(-1);
  for (const trial of [passed, failed]) {
    for (const hash of [`#${trial.id}`, `#${encodeURIComponent(trial.id)}`, `#${encodeURI(trial.id)}`]) {
      await visit('failing', { hash }, async (page) => {
        await page.waitForLoadState('load');
        await settled(page);
        await settled(page);
        const open = page.locator('details.t[open]');
        await eventually(async () => assert.equal(await open.count(), 1, hash));
        assert.ok((await open.locator('.foot').textContent()).startsWith(trial.id), hash);
        await inView(open.locator('summary').first(), `${hash}`);
      });
    }
  }
  await visit('failing', { hash: `#verdict=fail` }, async (page) => {
    await page.evaluate((id) => { location.hash = id; }, passed.id);
    await settled(page);
    await settled(page);
    const open = page.locator('details.t[open]');
    await inView(open.locator('summary').first(), 'a trial that the filters hide is shown all the same');
    assert.equal(await shownTrials(page), failing.trials.length);
  });
  await visit('failing', { hash: '#s-3.5' }, async (page) => {
    await settled(page);
    await inView(page.getByRole('rowheader', { name: 'T21-3.5-01' }), 'a requirement of a section that opens');
  });
});

test('a trial that passed shows its requests and answers', async () => {
  const trial = failing.trials.find((t) => t.verdict === 'pass' && t.exchanges[0]?.request.body && t.exchanges[0].response.body.size > 100);
  await visit('failing', { hash: `#${trial.id}` }, async (page) => {
    const first = page.locator('details.t[open] .x').first();
    await first.locator('summary').click();
    const exchange = trial.exchanges[0];
    const text = await first.innerText();
    assert.equal(await first.locator('pre.curl').textContent(), exchange.curl);
    for (const [name, value] of [...exchange.request.headers, ...exchange.response.headers]) {
      assert.ok(text.includes(`${name}: ${value}`), name);
    }
    assert.ok(text.includes(exchange.response.body.sha256));
    assert.ok(text.includes(exchange.request.body.sha256));
    const sent = (await first.locator('pre').nth(1).textContent()).split('\n\n')[1];
    assert.deepEqual(JSON.parse(sent), JSON.parse(exchange.request.body.excerpt));
  });
});

test('the offending place is marked', async () => {
  const header = failing.trials.find((t) => t.findings.some((f) => f.pointer?.toLowerCase() === 'x-taxii-date-added-first'));
  await visit('failing', { hash: `#${header.id}` }, async (page) => {
    const marks = await page.locator('details.t[open] mark').allTextContents();
    assert.ok(marks.some((text) => text.startsWith('x-taxii-date-added-first: ')), marks.join());
  });
  const far = (t) => t.findings.some((f) => /^\/objects\/\d+/.test(f.pointer ?? '') && t.exchanges[f.exchange].response.body.size > 20_000);
  const body = failing.trials.find(far);
  await visit('failing', { hash: `#${body.id}` }, async (page) => {
    const mark = page.locator('details.t[open] mark');
    assert.ok((await mark.count()) > 0);
    const pre = await page.locator('details.t[open] pre:has(mark)').first().textContent();
    assert.ok(pre.includes('lines left out'), 'what is far from the place is left out');
  });
});

test('commands are copied', async () => {
  const trial = failing.trials.find((t) => t.verdict === 'fail');
  const hash = `#${trial.id}`;
  await visit('failing', { hash, permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const open = page.locator('details.t[open]');
    await open.getByRole('button', { name: 'Copy the command' }).first().click();
    await page.getByText('The command is copied.').waitFor({ state: 'attached' });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await open.locator('pre.curl').first().textContent());
  });
  await visit('failing', { hash }, async (page) => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    const open = page.locator('details.t[open]');
    await open.getByRole('button', { name: 'Copy the command' }).first().click();
    const selected = await page.evaluate(() => getSelection().toString());
    assert.equal(selected, await open.locator('pre.curl').first().textContent(), 'without a clipboard it is selected');
  });
});

test('colours follow the system until the reader chooses', async () => {
  const light = (page) => page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return r + g + b > 384;
  });
  await visit('clean', { colorScheme: 'light' }, async (page) => assert.equal(await light(page), true));
  await visit('clean', { colorScheme: 'dark' }, async (page) => {
    assert.equal(await light(page), false);
    await page.getByRole('radio', { name: 'Light' }).check();
    assert.equal(await light(page), true);
    await page.reload();
    assert.equal(await light(page), true, 'the choice is remembered');
    await page.getByRole('radio', { name: 'System' }).check();
    assert.equal(await light(page), false);
    await page.getByRole('radio', { name: 'Dark' }).check();
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await light(page), false);
  });
});

test('paper shows all failures unfolded', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await visit('failing', { javaScriptEnabled }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      const failures = page.locator('details.t[data-v=fail]');
      assert.equal(await failures.count(), count(failing, (t) => t.verdict === 'fail'));
      for (const pre of await failures.locator('pre.curl').all()) {
        const { height } = await pre.boundingBox();
        assert.ok(height > 10);
      }
      assert.equal(await page.locator('nav').isVisible(), false);
      assert.equal(await page.locator('.filters').isVisible(), false);
    });
  }
  await visit('failing', {}, async (page) => {
    await page.evaluate(() => {
      window.unfolded = 0;
      addEventListener('beforeprint', () => { window.unfolded = document.querySelectorAll('.t[data-v=fail][open]').length; });
    });
    const paper = await page.pdf({ path: file('failing.pdf'), format: 'A4' });
    assert.ok(paper.length > 50_000);
    assert.equal(await page.evaluate(() => window.unfolded), count(failing, (t) => t.verdict === 'fail'));
    assert.equal(await page.locator('details.t[open]').count(), 0, 'and folded again');
  });
});
