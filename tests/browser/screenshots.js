// Pictures of a report, for reports/screenshots/ and the README:
//
//   node screenshots.js REPORT.html FOLDER && pngquant --force --ext .png 64 FOLDER/*.png

import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const [report, folder] = process.argv.slice(2);
const address = pathToFileURL(path.resolve(report)).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const picture = async (name, options, prepare = () => {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  await page.goto(address);
  await prepare(page);
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
};
const open = async (page) => {
  await page.locator('.broken').first().getByRole('link').first().click();
};
await picture('result', {});
await picture('result-dark', { colorScheme: 'dark' });
await picture('failure', {}, open);
await picture('trials-dark', { colorScheme: 'dark' }, (page) => page.evaluate(() => { location.hash = 'verdict=fail'; }));
await picture('phone', { viewport: { width: 390, height: 844 } });
await browser.close();
