'use strict';
/* The script of the HTML report: filters, links to trials, evidence of passes, colours, copying. The page
   can be read without it. Text is only ever set as text: the content security policy forbids the rest. */
(() => {
  const root = document.documentElement;
  root.classList.add('js');

  /* Colours: as the system says, unless the reader chose. A browser may refuse to remember. */
  const KEY = 'taxii-conformance-colours';
  const remembered = () => {
    try { return localStorage.getItem(KEY) || 'system'; } catch { return 'system'; }
  };
  const colours = (scheme) => {
    if (scheme === 'light' || scheme === 'dark') root.dataset.scheme = scheme;
    else delete root.dataset.scheme;
  };
  colours(remembered());

  document.addEventListener('DOMContentLoaded', () => {
    const one = (selector, within = document) => within.querySelector(selector);
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const make = (name, text, className) => {
      const element = document.createElement(name);
      if (text !== undefined) element.textContent = text;
      if (className) element.className = className;
      return element;
    };

    for (const radio of all('.scheme input')) {
      radio.checked = radio.value === remembered();
      radio.addEventListener('change', () => {
        colours(radio.value);
        try { localStorage.setItem(KEY, radio.value); } catch { /* for this visit, then */ }
      });
    }

    /* Evidence: what the page keeps once is put together when a trial is opened. */
    let kept;
    const evidence = () => kept ??= JSON.parse(one('#evidence').textContent);
    const exchange = (line, number) => {
      const { strings, bodies, exchanges } = evidence();
      const [sent, sentBody, came, cameBody, asked, ...curl] = exchanges[number];
      const text = (fields, body) =>
        fields.map((f) => strings[f] + '\n').join('') + (body >= 0 && bodies[body][0] ? '\n' + bodies[body][0] + '\n' : '');
      const about = (body) => {
        if (body >= 0) details.append(make('p', `${bodies[body][1]} B, SHA-256 ${bodies[body][2]}`, 'about'));
      };
      const details = make('details', undefined, 'x');
      const summary = make('summary');
      const request = one('code', line).textContent.split(' ')[0] + ' ' + strings[asked];
      summary.append(...line.childNodes);
      details.append(summary, make('h4', 'Try it'), make('pre', curl.map((c) => strings[c]).join(''), 'curl'));
      details.append(make('h4', 'Request'), make('pre', request + '\n' + text(sent, sentBody)));
      about(sentBody);
      details.append(make('h4', 'Answer'), make('pre', text(came, cameBody)));
      about(cameBody);
      line.append(details);
      line.removeAttribute('data-x');
    };

    const said = make('div', undefined, 'said');
    said.setAttribute('role', 'status');
    document.body.append(said);
    const copy = async (pre, button) => {
      const text = pre.textContent;
      let copied = false;
      try {
        await navigator.clipboard.writeText(text);
        copied = true;
      } catch {
        // without a secure origin there is the old way alone
        getSelection().selectAllChildren(pre);
        copied = document.execCommand('copy');
      }
      button.textContent = copied ? 'Copied' : 'Select and copy';
      said.textContent = copied ? 'The command is copied.' : 'The command is selected.';
      setTimeout(() => { button.textContent = 'Copy'; said.textContent = ''; }, 2000);
    };
    /* The requirements of a trial in words, from the table of requirements. */
    const list = (text) => text ? text.split('|') : [];
    const rows = new Map(all('#requirements tr[id]').map((row) => [row.id, row.cells]));
    const words = (id) => {
      const [, level, section, statement] = rows.get(id) || [];
      const line = make('p', undefined, 'rq');
      const link = make('a', id);
      link.href = '#' + id;
      line.append(link);
      if (statement) {
        const read = one('a', section)?.cloneNode() ?? make('span');
        read.textContent = 'section ' + section.textContent;
        line.append(' ', make('span', level.textContent, 'level'), ' ', read, ': ', statement.textContent);
      }
      return line;
    };
    const build = (trial) => {
      const inside = one('.d', trial);
      if (!one('.rq', inside)) inside.prepend(...list(trial.dataset.r).map(words));
      const foot = one('.foot', inside);
      if (!one('a', foot)) {
        const link = make('a', inside.id);
        link.href = '#' + encodeURI(inside.id);
        foot.prepend(link, ' · ', trial.closest('.case').dataset.f, ' · ');
      }
      for (const line of all('li[data-x]', trial)) exchange(line, Number(line.dataset.x));
      for (const pre of all('pre.curl', trial)) {
        if (pre.previousElementSibling.matches('.copy')) continue;
        const button = make('button', 'Copy', 'copy');
        button.type = 'button';
        button.setAttribute('aria-label', 'Copy the command');
        button.addEventListener('click', () => copy(pre, button));
        pre.before(button);
      }
    };
    document.addEventListener('toggle', (event) => {
      if (event.target.matches('details.t') && event.target.open) build(event.target);
    }, true);

    const form = one('.filters');
    if (!form) return;

    /* Filters. */
    const cases = all('.case').map((element) => ({
      element,
      title: one('h3 > span', element).textContent + ' ' + one('h3 > code', element).textContent,
      trials: all('details.t', element).map((t) => ({
        element: t, verdict: t.dataset.v, level: t.dataset.l, sections: list(t.dataset.s), endpoints: list(t.dataset.e),
        requirements: list(t.dataset.r),
      })),
    }));
    const number = cases.reduce((sum, c) => sum + c.trials.length, 0);
    const statement = (id) => id + ' ' + (rows.get(id)?.[3].textContent ?? '');
    const searchable = (c, t) =>
      t.text ??= [c.title, one('.d', t.element).id, ...t.requirements.map(statement), t.element.textContent].join(' ').toLowerCase();
    const idle = globalThis.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 5 }), 50));
    const gather = (trials) => (deadline) => {
      while (trials.length && deadline.timeRemaining() > 1) searchable(...trials.pop());
      if (trials.length) idle(gather(trials));
    };
    const chosen = () => ({
      verdict: all('[name=verdict]:checked', form).map((box) => box.value),
      level: form.elements.level.value,
      section: form.elements.section.value,
      endpoint: form.elements.endpoint.value,
      q: form.elements.q.value.trim(),
    });
    const any = (state) => state.verdict.length > 0 || state.level || state.section || state.endpoint || state.q;
    const apply = () => {
      const state = chosen();
      const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (c, t) => (!state.verdict.length || state.verdict.includes(t.verdict))
        && (!state.level || state.level === t.level)
        && (!state.section || t.sections.includes(state.section))
        && (!state.endpoint || t.endpoints.includes(state.endpoint))
        && words.every((word) => searchable(c, t).includes(word));
      let shown = 0;
      for (const c of cases) {
        const here = c.trials.map((t) => fits(c, t));
        const some = here.filter(Boolean).length;
        shown += some;
        if (c.element.hidden === some > 0) c.element.hidden = some === 0;
        // what is in a hidden case need not be touched: that would be most of the work
        if (some > 0) c.trials.forEach((t, at) => { if (t.element.hidden === here[at]) t.element.hidden = !here[at]; });
      }
      one('.nothing').hidden = shown > 0;
      form.elements.shown.value = any(state) ? `${shown} of ${number} trials` : `${number} trials`;
    };
    const choose = (parameters) => {
      const verdicts = (parameters.get('verdict') || '').split(',');
      for (const box of all('[name=verdict]', form)) box.checked = verdicts.includes(box.value);
      for (const name of ['level', 'section', 'endpoint', 'q']) form.elements[name].value = parameters.get(name) || '';
      for (const name of ['level', 'section', 'endpoint']) if (form.elements[name].selectedIndex < 0) form.elements[name].value = '';
    };

    /* The URL: `#ID` is a trial or another part of the page; `#verdict=fail&q=…&trial=ID` are filters. */
    const remember = (trial) => {
      const state = chosen();
      const parameters = new URLSearchParams();
      if (state.verdict.length) parameters.set('verdict', state.verdict.join(','));
      for (const name of ['level', 'section', 'endpoint', 'q']) if (state[name]) parameters.set(name, state[name]);
      let hash = '';
      if (any(state)) {
        if (trial) parameters.set('trial', trial);
        hash = '#' + parameters;
      } else if (trial) {
        hash = '#' + encodeURI(trial);
      }
      history.replaceState(null, '', hash || location.pathname + location.search);
    };
    const decode = (text) => {
      try { return decodeURIComponent(text); } catch { return text; }
    };
    const reveal = (target) => {
      const trial = target.closest('details.t');
      if (trial && (trial.hidden || trial.closest('.case').hidden)) {
        choose(new URLSearchParams());
        apply();
      }
      for (let at = target.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
      const place = target.matches('.d') ? trial : target;
      if (trial) build(trial);
      place.scrollIntoView({ block: 'start' });
      // parts that were not laid out yet change in height when they are
      requestAnimationFrame(() => place.scrollIntoView({ block: 'start' }));
      if (trial) one('summary', trial).focus({ preventScroll: true });
      if (trial && any(chosen())) remember(one('.d', trial).id);
    };
    const follow = () => {
      const raw = location.hash.slice(1);
      const target = raw && (document.getElementById(raw) || document.getElementById(decode(raw)));
      if (target) return reveal(target);
      const parameters = new URLSearchParams(raw);
      choose(parameters);
      apply();
      const trial = parameters.has('trial') && document.getElementById(parameters.get('trial'));
      if (trial) reveal(trial);
      else if (any(chosen())) one('#trials').scrollIntoView();
    };

    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => { apply(); remember(); });
    // in place of the browser's own way, which comes only after the event
    form.addEventListener('reset', (event) => { event.preventDefault(); choose(new URLSearchParams()); apply(); remember(); });
    addEventListener('hashchange', follow);
    document.addEventListener('click', (event) => {
      const summary = event.target.closest?.('summary');
      const trial = summary && summary.parentElement;
      if (trial?.matches('details.t')) remember(trial.open ? undefined : one('.d', trial).id);
      // the same link a second time changes no hash
      const link = event.target.closest?.('a[href^="#"]');
      if (link && link.hash === location.hash) follow();
    });
    const measure = () => {
      const sticky = getComputedStyle(form).position === 'sticky';
      root.style.setProperty('--bar', (sticky ? form.offsetHeight : 0) + 'px');
    };
    new ResizeObserver(measure).observe(form);

    /* Paper has no folds: what did not pass is unfolded for it, and folded again. */
    let unfolded = [];
    addEventListener('beforeprint', () => {
      unfolded = all('.t[data-v=fail], .t[data-v=warn], .t[data-v=error], .part').filter((t) => !t.open && !t.hidden);
      for (const details of unfolded) details.open = true;
    });
    addEventListener('afterprint', () => {
      for (const details of unfolded) details.open = false;
    });

    measure();
    apply();
    follow();
    // the text of all trials, before anybody looks for some
    idle(gather(cases.flatMap((c) => c.trials.map((t) => [c, t]))));
    // the browser goes to the place that the URL names once more when all is loaded, without our bar in mind
    addEventListener('load', () => { if (location.hash) setTimeout(follow); });
  });
})();
