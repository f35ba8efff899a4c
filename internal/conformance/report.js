'use strict';
(() => {
  const form = document.getElementById('filters');
  if (!form) return;
  const shown = document.getElementById('shown');
  const nothing = document.getElementById('nothing');
  const opener = document.getElementById('open');
  const groups = Array.from(document.querySelectorAll('.group'));
  const rows = Array.from(document.querySelectorAll('article'), (el) => {
    const parts = Array.from(el.children).filter((part) => part.tagName !== 'DETAILS');
    return { el, words: parts.map((part) => part.textContent).join(' ').toLowerCase() };
  });

  // No choice of a kind is the same as all of them.
  const fits = (chosen, value) => chosen.length === 0 || chosen.includes(value);

  const filter = () => {
    const data = new FormData(form);
    const kinds = data.getAll('kind');
    const levels = data.getAll('level');
    const area = data.get('area');
    const words = data.get('text').toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const { el, words: text } of rows) {
      const { kind, level } = el.dataset;
      el.hidden = !(fits(kinds, kind) && fits(levels, level) && (!area || el.dataset.area === area) && words.every((w) => text.includes(w)));
      if (!el.hidden) n++;
    }
    for (const group of groups) group.hidden = !group.querySelector('article:not([hidden])');
    shown.textContent = n === rows.length ? `All ${n} rows` : `${n} of ${rows.length} rows`;
    nothing.hidden = n > 0;
    label();
  };

  const visible = () => rows.filter(({ el }) => !el.hidden).flatMap(({ el }) => Array.from(el.querySelectorAll('.sent')));
  const label = () => {
    const all = visible();
    opener.disabled = all.length === 0;
    opener.textContent = all.length > 0 && all.every((d) => d.open) ? 'Close all shown' : 'Open all shown';
  };
  opener.addEventListener('click', () => {
    const open = opener.textContent.startsWith('Open');
    for (const d of visible()) d.open = open;
    label();
  });

  // A link to what is filtered away brings it back.
  const follow = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest('[hidden]')) {
      form.reset();
      filter();
    }
    target.scrollIntoView();
  };

  // The line for a shell is copied by a button that comes with the exchange.
  document.addEventListener('toggle', (event) => {
    for (const line of event.target.querySelectorAll(':scope > .curl')) {
      const title = line.previousElementSibling;
      if (title.querySelector('button') || !navigator.clipboard) continue;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.setAttribute('aria-live', 'polite');
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(line.textContent);
          button.textContent = 'Copied';
        } catch {
          button.textContent = 'Not allowed here';
        }
      });
      title.append(button);
    }
    if (event.target.matches('.sent')) label();
  }, true);

  form.addEventListener('input', filter);
  form.addEventListener('reset', () => setTimeout(filter));
  form.addEventListener('submit', (event) => event.preventDefault());
  window.addEventListener('hashchange', follow);
  form.hidden = false;
  document.documentElement.classList.add('filtered');
  filter();
  follow();
})();
